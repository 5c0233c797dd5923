"use client";

import { Text } from "@mantine/core";
import { useTransition } from "react";
import { ExecutionList } from "@/components/executions/execution-list";
import classes from "@/components/executions/history.module.css";
import { HistoryFilters } from "@/components/executions/history-filters";
import { Empty } from "@/components/ui/empty";
import type { Choice } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { ExactTime } from "@/components/ui/time";
import { useFresh } from "@/components/ui/use-fresh";
import type { ExecutionItem } from "@/lib/executions/schema";

interface Props {
  items: ExecutionItem[];
  /** Where the page after this one is, and the first one; null where there is none. */
  older: string | null;
  /** Since when everything was looked at, where the search was not over before its time; null where it was. */
  searchedTo: string | null;
  newest: string | null;
  filtered: boolean;
  /** Whether this person runs SQL, or reads what others ran. */
  mayRun: boolean;
  people: Choice[];
  warehouses: Choice[];
}

const lookAgainMs = 4_000;

/** One page of the history; the address says which, so that back, reload and a pasted link show the same. */
export function History({ items, older, searchedTo, newest, filtered, mayRun, people, warehouses }: Props) {
  const [pending, startTransition] = useTransition();
  useFresh(
    items.some(({ state }) => state === "queued" || state === "running"),
    lookAgainMs,
  );
  return (
    <>
      <HistoryFilters people={people} warehouses={warehouses} startTransition={startTransition} />
      <div className={pending ? classes.pending : undefined} aria-busy={pending}>
        {items.length === 0 && searchedTo ? null : items.length === 0 ? (
          <Nothing filtered={filtered} mayRun={mayRun} />
        ) : (
          <ExecutionList items={items} label="Executions, newest first" />
        )}
        {searchedTo ? (
          <Text c="dimmed" role="status" mt="sm">
            {items.length === 0 ? "Nothing found so far. " : ""}Searched back to <ExactTime at={searchedTo} />: what is
            older has not been looked at yet.
          </Text>
        ) : null}
        <nav className={classes.pages} aria-label="Pages of the history">
          {newest ? (
            <LinkButton href={newest} variant="default">
              Newest
            </LinkButton>
          ) : null}
          {older ? (
            <LinkButton href={older} variant="default">
              {searchedTo ? "Look further back" : "Older"}
            </LinkButton>
          ) : null}
        </nav>
      </div>
    </>
  );
}

function Nothing({ filtered, mayRun }: Pick<Props, "filtered" | "mayRun">) {
  if (filtered) {
    return (
      <Empty
        title="Nothing matches these filters"
        action={
          <LinkButton href="/executions" variant="default">
            Clear the filters
          </LinkButton>
        }
      >
        Only executions that you may open are searched.
      </Empty>
    );
  }
  if (!mayRun) {
    return (
      <Empty title="What others run and you may open is listed here">
        Nobody has run anything through the readers of your teams so far. To run SQL yourself, ask an admin for the role
        editor.
      </Empty>
    );
  }
  return (
    <Empty
      title="Every run of SQL will be kept here, for good"
      action={<LinkButton href="/queries/new">New query</LinkButton>}
    />
  );
}
