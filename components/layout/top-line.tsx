"use client";

import { ActionIcon, Button, Kbd } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { InboxBell } from "@/components/inbox/inbox-bell";
import { CurrentGate, type NamedWarehouse } from "@/components/layout/current-gate";
import { Keys } from "@/components/layout/keys";
import { Mark } from "@/components/layout/mark";
import { openSearch } from "@/components/layout/open-search";
import { PersonMenu } from "@/components/layout/person-menu";
import { Search } from "@/components/layout/search";
import type { Me } from "@/components/layout/shell";
import classes from "@/components/layout/shell.module.css";

const places: [string, string][] = [
  ["/queries/new", "New query"],
  ["/queries/", "Query"],
  ["/queries", "Queries"],
  ["/executions/", "Execution"],
  ["/executions", "History"],
  ["/charts/", "Chart"],
  ["/compare/", "Compare"],
  ["/boards/new", "New board"],
  ["/boards/", "Board"],
  ["/boards", "Boards"],
  ["/schedules", "Schedules"],
  ["/pipelines/new", "New pipeline"],
  ["/pipelines/", "Pipeline"],
  ["/pipelines", "Pipelines"],
  ["/runs/", "Run"],
  ["/runs", "Runs"],
  ["/logs", "Logs"],
  ["/files", "Files"],
  ["/tables", "Tables"],
  ["/usage", "Usage"],
  ["/admin/load", "Load"],
  ["/admin/warehouses", "Admin · Warehouses"],
  ["/admin/users", "Admin · Users and teams"],
  ["/admin/tokens", "Admin · Tokens"],
  ["/admin/rights", "Admin · Rights"],
  ["/admin/erasures", "Admin · Erase results"],
  ["/admin/audit", "Admin · Audit"],
  ["/settings/profile", "Settings · Profile"],
  ["/settings/tokens", "Settings · API tokens"],
  ["/settings/secrets", "Settings · Secrets"],
  ["/settings/sessions", "Settings · Sessions"],
];

export function TopLine({ me, warehouses, unread }: { me: Me; warehouses: NamedWarehouse[]; unread: number }) {
  const path = usePathname();
  const place = places.find(([start]) => path.startsWith(start))?.[1] ?? (path === "/" ? "Home" : "");
  return (
    <header className={classes.top}>
      <Link href="/" className={classes.phoneOnly} aria-label="Sluice, home">
        <Mark size={24} />
      </Link>
      <span className={classes.place}>{place}</span>
      <div style={{ flex: 1 }} />
      <CurrentGate warehouses={warehouses} role={me.role} />
      <Button
        visibleFrom="sm"
        variant="default"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<Kbd size="xs">Ctrl K</Kbd>}
        onClick={() => openSearch()}
      >
        Search
      </Button>
      <ActionIcon
        hiddenFrom="sm"
        variant="subtle"
        color="gray"
        size={36}
        aria-label="Search"
        onClick={() => openSearch()}
      >
        <IconSearch size={18} />
      </ActionIcon>
      <InboxBell initial={unread} />
      <PersonMenu me={me} />
      <Search role={me.role} />
      <Keys />
    </header>
  );
}
