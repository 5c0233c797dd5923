import {
  type Icon,
  IconBuildingWarehouse,
  IconChartBar,
  IconFileText,
  IconGauge,
  IconHistory,
  IconLayoutDashboard,
  IconPlayerPlay,
  IconRoute,
  IconSql,
  IconTable,
} from "@tabler/icons-react";

export interface NavItem {
  href: string;
  /** Paths under this one mark the item as current. */
  under: string[];
  label: string;
  icon: Icon;
  /** Whose page it is; everybody's where it is left out. */
  roles?: string[];
  /** Stands in the bar of a phone, which has room for four; the others are behind “More”. */
  inBar?: true;
}

export const navItems: NavItem[] = [
  { href: "/queries/new", under: ["/queries/new"], label: "Query", icon: IconSql, roles: ["editor", "admin"] },
  { href: "/queries", under: ["/queries"], label: "Queries", icon: IconFileText, inBar: true },
  { href: "/boards", under: ["/boards", "/schedules"], label: "Boards", icon: IconLayoutDashboard, inBar: true },
  { href: "/pipelines", under: ["/pipelines"], label: "Pipelines", icon: IconRoute, inBar: true },
  { href: "/runs", under: ["/runs", "/logs"], label: "Runs", icon: IconPlayerPlay, inBar: true },
  { href: "/executions", under: ["/executions"], label: "History", icon: IconHistory },
  { href: "/tables", under: ["/tables", "/files"], label: "Tables", icon: IconTable },
  { href: "/usage", under: ["/usage"], label: "Usage", icon: IconChartBar },
  { href: "/admin/load", under: ["/admin/load"], label: "Load", icon: IconGauge, roles: ["admin"] },
  {
    href: "/admin/warehouses",
    under: ["/admin/warehouses", "/admin/users", "/admin/audit"],
    label: "Admin",
    icon: IconBuildingWarehouse,
    roles: ["admin"],
  },
];

/** The item that a path belongs to: the one that names most of it. */
export function currentItem(items: NavItem[], path: string): NavItem | undefined {
  const fits = ({ under }: NavItem) =>
    Math.max(0, ...under.filter((start) => path === start || path.startsWith(`${start}/`)).map(({ length }) => length));
  const [best] = [...items].sort((a, b) => fits(b) - fits(a));
  return best && fits(best) > 0 ? best : undefined;
}

/** A page that somebody may not use is not offered to them; a pasted link to it says who can give the right. */
export function itemsFor(role: string): NavItem[] {
  return navItems.filter((item) => item.roles?.includes(role) ?? true);
}
