"use client";

import { useHotkeys } from "@mantine/hooks";
import Link from "next/link";
import { useRef } from "react";
import classes from "@/components/executions/execution-list.module.css";
import { titleOf } from "@/components/executions/title";
import { StateBadge } from "@/components/ui/state";
import { RelativeTime } from "@/components/ui/time";
import type { ExecutionItem } from "@/lib/executions/schema";

/** Rows of the history: j and k move, Enter opens, as everywhere in lists. */
export function ExecutionList({ items, label }: { items: ExecutionItem[]; label: string }) {
  const list = useRef<HTMLUListElement>(null);
  const move = (by: number) => {
    const rows = [...(list.current?.querySelectorAll<HTMLAnchorElement>("a[data-row]") ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLAnchorElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
  };
  useHotkeys([
    ["j", () => move(1)],
    ["k", () => move(-1)],
  ]);
  return (
    <div>
      <div className={classes.head} aria-hidden>
        <span>State</span>
        <span>SQL</span>
        <span>Who</span>
        <span className={classes.warehouse}>Warehouse</span>
        <span style={{ textAlign: "right" }}>Rows</span>
        <span style={{ textAlign: "right" }}>When</span>
      </div>
      <ul className={classes.list} ref={list} aria-label={label}>
        {items.map((item) => (
          <li key={item.id}>
            <Link data-row className={classes.row} href={`/executions/${item.id}`} prefetch={false}>
              <StateBadge state={item.state} />
              <span className={classes.sql}>{titleOf(item.sql)}</span>
              <span className={`${classes.meta} ${classes.who}`}>{item.user.name}</span>
              <span className={`${classes.meta} ${classes.warehouse}`}>{item.warehouse.name}</span>
              <span className={`${classes.number} ${classes.rows}`}>
                {item.rowCount === null ? "" : item.rowCount.toLocaleString("en-US")}
              </span>
              <span className={classes.number}>
                <RelativeTime at={item.submittedAt} focusable={false} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
