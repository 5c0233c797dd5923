"use client";

import { useTransition } from "react";
import historyClasses from "@/components/executions/history.module.css";
import { ListPages } from "@/components/executions/list-pages";
import { stateChoices } from "@/components/executions/state-choices";
import { RunList } from "@/components/runs/run-list";
import { Empty } from "@/components/ui/empty";
import { type Choice, FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import type { RunItem } from "@/lib/runs/schema";

interface Props {
  items: RunItem[];
  /** Addresses of the page after this one and of the first; null where there is none. */
  older: string | null;
  newest: string | null;
  filtered: boolean;
  pipelines: Choice[];
}

/** All runs that one may see. */
export function RunsPage({ items, older, newest, filtered, pipelines }: Props) {
  const [pending, startTransition] = useTransition();
  return (
    <>
      <FilterBar
        label="Filter the runs"
        filters={[
          { kind: "choice", name: "pipeline", label: "Pipeline", choices: pipelines, searchable: true },
          { kind: "choice", name: "state", label: "State", choices: stateChoices },
        ]}
        place="before"
        startTransition={startTransition}
      />
      <div className={pending ? historyClasses.pending : undefined} aria-busy={pending}>
        {items.length > 0 ? (
          <RunList items={items} label="Runs, newest first" />
        ) : filtered ? (
          <Empty
            title="No run is like that"
            action={
              <LinkButton href="/runs" variant="default">
                Clear the filters
              </LinkButton>
            }
          />
        ) : (
          <Empty title="Every go of a pipeline is kept here">
            A run says when each stage ran, what it printed, and where one failed, why.
          </Empty>
        )}
        <ListPages back={newest} on={older} words={["Newest", "Older"]} />
      </div>
    </>
  );
}
