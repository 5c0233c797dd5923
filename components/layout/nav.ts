import { type Icon, IconBuildingWarehouse, IconGauge, IconHistory, IconSql, IconTable } from "@tabler/icons-react";

export interface NavItem {
  href: string;
  /** Paths under this one mark the item as current. */
  under: string[];
  label: string;
  icon: Icon;
  /** Whose page it is; everybody's where it is left out. */
  roles?: string[];
}

export const navItems: NavItem[] = [
  { href: "/queries/new", under: ["/queries"], label: "Query", icon: IconSql, roles: ["editor", "admin"] },
  { href: "/executions", under: ["/executions"], label: "History", icon: IconHistory },
  { href: "/tables", under: ["/tables"], label: "Tables", icon: IconTable },
  { href: "/admin/load", under: ["/admin/load"], label: "Load", icon: IconGauge, roles: ["admin"] },
  {
    href: "/admin/warehouses",
    under: ["/admin/warehouses", "/admin/users", "/admin/audit"],
    label: "Admin",
    icon: IconBuildingWarehouse,
    roles: ["admin"],
  },
];

/** A page that somebody may not use is not offered to them; a pasted link to it says who can give the right. */
export function itemsFor(role: string): NavItem[] {
  return navItems.filter((item) => item.roles?.includes(role) ?? true);
}
