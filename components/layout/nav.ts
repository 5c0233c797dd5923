import { type Icon, IconBuildingWarehouse, IconGauge, IconHistory, IconSql, IconTable } from "@tabler/icons-react";

export interface NavItem {
  href: string;
  /** Paths under this one mark the item as current. */
  under: string[];
  label: string;
  icon: Icon;
  adminOnly?: boolean;
}

export const navItems: NavItem[] = [
  { href: "/queries/new", under: ["/queries"], label: "Query", icon: IconSql },
  { href: "/executions", under: ["/executions"], label: "History", icon: IconHistory },
  { href: "/tables", under: ["/tables"], label: "Tables", icon: IconTable },
  { href: "/admin/load", under: ["/admin/load"], label: "Load", icon: IconGauge, adminOnly: true },
  {
    href: "/admin/warehouses",
    under: ["/admin/warehouses", "/admin/users", "/admin/audit"],
    label: "Admin",
    icon: IconBuildingWarehouse,
    adminOnly: true,
  },
];

export function itemsFor(role: string): NavItem[] {
  return navItems.filter((item) => !item.adminOnly || role === "admin");
}
