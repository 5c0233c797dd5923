"use client";

import { Button, Select } from "@mantine/core";
import { parseAsString, useQueryStates } from "nuqs";
import { useTransition } from "react";
import historyClasses from "@/components/executions/history.module.css";
import { ListPages } from "@/components/executions/list-pages";
import { RunList } from "@/components/runs/run-list";
import { runStateChoices } from "@/components/runs/run-words";
import { Empty } from "@/components/ui/empty";
import { FilterFold } from "@/components/ui/filter-fold";
import { LinkButton } from "@/components/ui/link-button";
import type { RunItem } from "@/lib/runs/schema";

interface Props {
  items: RunItem[];
  /** Addresses of the page after this one and of the first; null where there is none. */
  older: string | null;
  newest: string | null;
  pipelines: { value: string; label: string }[];
}

const filters = { pipeline: parseAsString.withDefault(""), state: parseAsString.withDefault("") };
/** All runs that one may see. The filters are the URL. */
export function RunsPage({ items, older, newest, pipelines }: Props) {
  const [pending, startTransition] = useTransition();
  const [{ before: _before, ...values }, setAll] = useQueryStates(
    { ...filters, before: parseAsString },
    { shallow: false, startTransition },
  );
  const set = (change: Partial<typeof values>) => void setAll({ ...change, before: null });
  const filtered = Object.values(values).filter(Boolean).length;
  return (
    <>
      <search aria-label="Filter the runs">
        <FilterFold set={filtered}>
          <div className={historyClasses.filters}>
            <Select
              size="sm"
              label="Pipeline"
              placeholder="All"
              clearable
              searchable
              data={pipelines}
              value={values.pipeline || null}
              onChange={(pipeline) => set({ pipeline: pipeline ?? "" })}
            />
            <Select
              size="sm"
              label="State"
              placeholder="All"
              clearable
              data={runStateChoices}
              value={values.state || null}
              onChange={(state) => set({ state: state ?? "" })}
            />
            {filtered > 0 ? (
              <Button variant="subtle" size="sm" onClick={() => void setAll(null)}>
                Clear
              </Button>
            ) : null}
          </div>
        </FilterFold>
      </search>
      <div className={pending ? historyClasses.pending : undefined} aria-busy={pending}>
        {items.length > 0 ? (
          <RunList items={items} label="Runs, newest first" />
        ) : filtered > 0 ? (
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
