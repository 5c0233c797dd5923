"use client";

import { useTransition } from "react";
import historyClasses from "@/components/executions/history.module.css";
import { ListPages } from "@/components/executions/list-pages";
import { PipelineList } from "@/components/pipelines/pipeline-list";
import { Empty } from "@/components/ui/empty";
import { FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import type { PipelineItem } from "@/lib/pipelines/schema";

interface Props {
  items: PipelineItem[];
  next: string | null;
  first: string | null;
  filtered: boolean;
  mayWrite: boolean;
}

/** Pipelines and the ways to find one. */
export function PipelineFinder({ items, next, first, filtered, mayWrite }: Props) {
  const [pending, startTransition] = useTransition();
  if (items.length === 0 && !filtered)
    return (
      <Empty
        title="A pipeline makes a table every night, or sends one on"
        action={mayWrite ? <LinkButton href="/pipelines/new">Build the first one</LinkButton> : null}
      >
        It is put together from forms: where rows come from, what happens to them, what is checked, where they go. Then
        it runs by a schedule, and says in one sentence when something is wrong.
      </Empty>
    );
  return (
    <>
      <FilterBar
        label="Find a pipeline"
        words={{ label: "Name contains", placeholder: "Words of a pipeline’s name", apart: true }}
        filters={[{ kind: "check", name: "mine", label: "Mine and my teams’" }]}
        place="after"
        startTransition={startTransition}
      />
      <div className={pending ? historyClasses.pending : undefined} aria-busy={pending}>
        {items.length > 0 ? <PipelineList items={items} /> : <Empty title="No pipeline is called so" />}
        <ListPages back={first} on={next} />
      </div>
    </>
  );
}
