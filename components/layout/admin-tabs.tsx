"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import classes from "@/components/layout/admin-tabs.module.css";

const tabs = [
  { href: "/admin/warehouses", label: "Warehouses" },
  { href: "/admin/users", label: "Users and teams" },
  { href: "/admin/load", label: "Load" },
  { href: "/admin/audit", label: "Audit" },
];

export function AdminTabs() {
  const path = usePathname();
  return (
    <nav className={classes.tabs} aria-label="Admin">
      {tabs.map(({ href, label }) => (
        <Link key={href} href={href} aria-current={path.startsWith(href) ? "page" : undefined}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
