"use client";

import { IconStarFilled } from "@tabler/icons-react";
import Link from "next/link";
import classes from "@/components/queries/query-list.module.css";
import { VerifiedMark } from "@/components/queries/verified-mark";
import { plainMarkdown } from "@/components/ui/plain-markdown";
import { RelativeTime } from "@/components/ui/time";
import { Who } from "@/components/ui/who";
import type { QueryItem } from "@/lib/queries/schema";

/** Saved queries as rows: j and k move, Enter opens, as everywhere in lists. */
export function QueryList({ items, label }: { items: QueryItem[]; label: string }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {items.map((item) => (
        <li key={item.id}>
          <Link data-row className={classes.row} href={`/queries/${item.id}`} prefetch={false}>
            <span className={classes.title}>
              <span className={classes.name}>{item.title}</span>
              <VerifiedMark verified={item.verified} brief />
              {item.favourite ? (
                <>
                  <IconStarFilled size={14} aria-hidden className={classes.star} />
                  <span className="visually-hidden">Favourite</span>
                </>
              ) : null}
              {item.tags.slice(0, 4).map((tag) => (
                <span key={tag} className={classes.tag}>
                  {tag}
                </span>
              ))}
            </span>
            <span className={classes.about}>{plainMarkdown(item.description)}</span>
            <span className={`${classes.meta} ${classes.who}`}>
              <Who name={item.owner.team?.name ?? item.owner.user.name} />
            </span>
            <span className={`${classes.meta} ${classes.warehouse}`}>{item.warehouse.name}</span>
            <span className={`${classes.meta} ${classes.when}`}>
              <RelativeTime at={item.updatedAt} focusable={false} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
