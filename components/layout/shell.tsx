"use client";

import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { ConnectionNotice } from "@/components/layout/connection-notice";
import type { NamedWarehouse } from "@/components/layout/current-gate";
import { Mark } from "@/components/layout/mark";
import { MoreItems } from "@/components/layout/more-items";
import { currentItem, itemsFor } from "@/components/layout/nav";
import { type Refused, RightsProvider } from "@/components/layout/rights";
import classes from "@/components/layout/shell.module.css";
import { TopLine } from "@/components/layout/top-line";
import { Viewing } from "@/components/layout/viewing";
import { useRowKeys } from "@/components/ui/row-keys";
import { ZoneProvider } from "@/components/ui/zone";

export interface Me {
  name: string;
  email: string;
  role: string;
}

interface Props {
  me: Me;
  /** In which times are shown; null until the browser has told its own. */
  zone: string | null;
  /** Whether the rail begins collapsed. */
  small: boolean;
  /** Those that this person may use, by name. */
  warehouses: NamedWarehouse[];
  /** How many lines of the inbox have not been read. */
  unread: number;
  refused: Refused;
  /** An admin looks as `me`, until then. */
  viewing: { until: string } | null;
  children: ReactNode;
}

export function Shell({ me, zone, small, warehouses, unread, refused, viewing, children }: Props) {
  const path = usePathname();
  useRowKeys();
  const items = itemsFor(me.role);
  const current = currentItem(items, path);
  const [collapsed, setCollapsed] = useState(small);
  // A cookie, so that the server draws the rail at its width and nothing moves on load.
  const collapse = () => {
    setCollapsed(!collapsed);
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing where the page is served by plain http
    document.cookie = `sluice-rail=${collapsed ? "wide" : "small"};path=/;max-age=31536000;samesite=lax`;
  };
  // So that the server draws times in this zone from the next page on.
  useEffect(() => {
    const own = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone);
    // biome-ignore lint/suspicious/noDocumentCookie: as above
    document.cookie = `sluice-zone=${own};path=/;max-age=31536000;samesite=lax`;
  }, []);
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
        {items.map(({ href, label, icon: Icon, inBar }) => (
          <Link
            key={href}
            className={inBar ? classes.item : `${classes.item} ${classes.beyond}`}
            href={href}
            title={collapsed ? label : undefined}
            aria-label={label}
            aria-current={href === current?.href ? "page" : undefined}
          >
            <Icon size={18} stroke={1.75} aria-hidden />
            <span className={classes.label}>{label}</span>
          </Link>
        ))}
        <MoreItems items={items.filter(({ inBar }) => !inBar)} current={current?.href} />
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
        <TopLine me={me} warehouses={warehouses} unread={unread} />
        {viewing ? <Viewing as={me.name} until={viewing.until} /> : null}
        <ConnectionNotice />
        <main id="content" tabIndex={-1} className={classes.content}>
          <ZoneProvider zone={zone}>
            <RightsProvider refused={refused}>{children}</RightsProvider>
          </ZoneProvider>
        </main>
      </div>
    </div>
  );
}
