"use client";

import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useState } from "react";
import { Mark } from "@/components/layout/mark";
import { itemsFor } from "@/components/layout/nav";
import classes from "@/components/layout/shell.module.css";
import { TopLine } from "@/components/layout/top-line";

export interface Me {
  name: string;
  email: string;
  role: string;
}

export function Shell({ me, small, children }: { me: Me; small: boolean; children: ReactNode }) {
  const path = usePathname();
  const [collapsed, setCollapsed] = useState(small);
  // A cookie, so that the server draws the rail at its width and nothing moves on load.
  const collapse = () => {
    setCollapsed(!collapsed);
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing where the page is served by plain http
    document.cookie = `sluice-rail=${collapsed ? "wide" : "small"};path=/;max-age=31536000;samesite=lax`;
  };
  return (
    <div className={classes.frame} data-small={collapsed}>
      <a className={classes.skip} href="#content">
        Skip to content
      </a>
      <nav className={classes.rail} aria-label="Main">
        <Link className={classes.brand} href="/" aria-label="Sluice, home">
          <Mark />
          <span className={classes.label}>Sluice</span>
        </Link>
        {itemsFor(me.role).map(({ href, under, label, icon: Icon }) => (
          <Link
            key={href}
            className={classes.item}
            href={href}
            title={collapsed ? label : undefined}
            aria-label={label}
            aria-current={under.some((start) => path.startsWith(start)) ? "page" : undefined}
          >
            <Icon size={18} stroke={1.75} aria-hidden />
            <span className={classes.label}>{label}</span>
          </Link>
        ))}
        <div className={classes.spacer} />
        <button
          type="button"
          className={`${classes.item} ${classes.collapse}`}
          onClick={collapse}
          aria-expanded={!collapsed}
          aria-label={collapsed ? "Widen the menu" : "Narrow the menu"}
        >
          {collapsed ? <IconLayoutSidebarLeftExpand size={18} /> : <IconLayoutSidebarLeftCollapse size={18} />}
          <span className={classes.label}>Narrow</span>
        </button>
      </nav>
      <div className={classes.main}>
        <TopLine me={me} />
        <main id="content" tabIndex={-1} className={classes.content}>
          {children}
        </main>
      </div>
    </div>
  );
}
