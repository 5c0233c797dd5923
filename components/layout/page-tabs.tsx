"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import classes from "@/components/layout/page-tabs.module.css";

export interface PageTab {
  href: string;
  label: string;
}

/** Pages that belong together, each with its own address. */
export function PageTabs({ label, tabs }: { label: string; tabs: PageTab[] }) {
  const path = usePathname();
  return (
    <nav className={classes.tabs} aria-label={label}>
      {tabs.map(({ href, label: name }) => (
        <Link key={href} href={href} aria-current={path.startsWith(href) ? "page" : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
