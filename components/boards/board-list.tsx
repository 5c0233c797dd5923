"use client";

import { IconStarFilled } from "@tabler/icons-react";
import Link from "next/link";
import classes from "@/components/queries/query-list.module.css";
import { count } from "@/components/ui/count";
import { plainMarkdown } from "@/components/ui/plain-markdown";
import { RelativeTime } from "@/components/ui/time";
import { Who } from "@/components/ui/who";
import type { BoardItem } from "@/lib/boards/schema";

/** Boards as rows: j and k move, Enter opens, as everywhere in lists. */
export function BoardList({ items, label }: { items: BoardItem[]; label: string }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {items.map((item) => (
        <li key={item.id}>
          <Link data-row className={classes.row} href={`/boards/${item.id}`} prefetch={false}>
            <span className={classes.title}>
              <span className={classes.name}>{item.title}</span>
              {item.favourite ? (
                <>
                  <IconStarFilled size={14} aria-hidden className={classes.star} />
                  <span className="visually-hidden">Favourite</span>
                </>
              ) : null}
            </span>
            <span className={classes.about}>{plainMarkdown(item.description)}</span>
            <span className={`${classes.meta} ${classes.who}`}>
              <Who name={item.owner.team?.name ?? item.owner.user.name} />
            </span>
            <span className={`${classes.meta} ${classes.warehouse}`}>{count(item.tileCount, "tile")}</span>
            <span className={`${classes.meta} ${classes.when}`}>
              <RelativeTime at={item.updatedAt} focusable={false} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
