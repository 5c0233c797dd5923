"use client";

import { useTransition } from "react";
import historyClasses from "@/components/executions/history.module.css";
import { ListPages } from "@/components/executions/list-pages";
import { QueryFilters } from "@/components/queries/query-filters";
import { QueryList } from "@/components/queries/query-list";
import { Empty } from "@/components/ui/empty";
import type { Choice } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import type { QueryItem } from "@/lib/queries/schema";

interface Props {
  items: QueryItem[];
  /** The address of the next page. */
  next: string | null;
  /** The first page, from a later one. */
  first: string | null;
  filtered: boolean;
  mayWrite: boolean;
  folders: Choice[];
  tags: string[];
  warehouses: Choice[];
}

/** Saved queries and the ways to find one. */
export function QueryFinder({ items, next, first, filtered, mayWrite, ...choices }: Props) {
  const [pending, startTransition] = useTransition();
  return (
    <>
      <QueryFilters {...choices} startTransition={startTransition} />
      <div className={pending ? historyClasses.pending : undefined} aria-busy={pending}>
        {items.length > 0 ? (
          <QueryList items={items} label="Saved queries" />
        ) : filtered ? (
          <Empty
            title="No query is like that"
            action={
              <LinkButton href="/queries" variant="default">
                Clear the filters
              </LinkButton>
            }
          >
            Only queries of warehouses that you may use are searched.
          </Empty>
        ) : (
          <Empty
            title="Queries that people save stand here, for everyone who may use their warehouse"
            action={mayWrite ? <LinkButton href="/queries/new">Write the first one</LinkButton> : null}
          >
            A saved query has a title, a form for its parameters, and its latest answer at a link.
          </Empty>
        )}
        <ListPages back={first} on={next} />
      </div>
    </>
  );
}
