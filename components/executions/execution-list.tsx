"use client";

import Link from "next/link";
import classes from "@/components/executions/execution-list.module.css";
import { titleOf } from "@/components/executions/title";
import { StateBadge } from "@/components/ui/state";
import { RelativeTime } from "@/components/ui/time";
import { Who } from "@/components/ui/who";
import type { ExecutionItem } from "@/lib/executions/schema";

/** Rows of the history: j and k move, Enter opens, as everywhere in lists. */
export function ExecutionList({ items, label }: { items: ExecutionItem[]; label: string }) {
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
      <ul className={classes.list} aria-label={label}>
        {items.map((item) => (
          <li key={item.id}>
            <Link data-row className={classes.row} href={`/executions/${item.id}`} prefetch={false}>
              <StateBadge state={item.state} />
              <span className={classes.sql}>{titleOf(item.sql)}</span>
              <span className={`${classes.meta} ${classes.who}`}>
                <Who name={item.user.name} />
              </span>
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
