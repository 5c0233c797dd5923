"use client";

import { Button } from "@mantine/core";
import { useState, useTransition } from "react";
import { ExecutionList } from "@/components/executions/execution-list";
import classes from "@/components/executions/history.module.css";
import { type Choice, HistoryFilters } from "@/components/executions/history-filters";
import { api } from "@/components/ui/api";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { asProblem } from "@/components/ui/problem";
import type { ExecutionItem } from "@/lib/executions/schema";

interface Props {
  first: { items: ExecutionItem[]; next: string | null };
  /** The REST query that gave `first`, so that the next page is asked for with the same filters. */
  query: string;
  filtered: boolean;
  people: Choice[];
  warehouses: Choice[];
}

export function History({ first, query, filtered, people, warehouses }: Props) {
  const [pending, startTransition] = useTransition();
  return (
    <>
      <HistoryFilters people={people} warehouses={warehouses} startTransition={startTransition} />
      <div className={pending ? classes.pending : undefined} aria-busy={pending}>
        {first.items.length === 0 ? <Nothing filtered={filtered} /> : <Pages key={query} first={first} query={query} />}
      </div>
    </>
  );
}

function Pages({ first, query }: Pick<Props, "first" | "query">) {
  const [items, setItems] = useState(first.items);
  const [next, setNext] = useState(first.next);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function more() {
    setBusy(true);
    setProblem(undefined);
    try {
      const page = await api<Props["first"]>("GET", `/executions?${query}&cursor=${encodeURIComponent(next ?? "")}`);
      setItems((before) => [...before, ...page.items]);
      setNext(page.next);
    } catch (error) {
      setProblem(asProblem(error).message);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <ExecutionList items={items} label="Executions, newest first" />
      <p role="status" style={{ margin: "12px 0 0", color: "var(--mantine-color-dimmed)" }}>
        {problem ?? (next ? `${items.length} shown` : `${items.length} in all`)}
      </p>
      {next ? (
        <Button variant="default" mt="xs" loading={busy} onClick={more}>
          Show older
        </Button>
      ) : null}
    </>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
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
  return (
    <Empty
      title="Every run of SQL will be kept here, for good"
      action={<LinkButton href="/queries/new">New query</LinkButton>}
    />
  );
}
