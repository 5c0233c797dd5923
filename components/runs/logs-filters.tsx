"use client";

import { Button, Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { parseAsString, useQueryStates } from "nuqs";
import { type TransitionStartFunction, useState } from "react";
import historyClasses from "@/components/executions/history.module.css";
import { spans } from "@/components/runs/logs-since";
import { runStateChoices } from "@/components/runs/run-words";
import { FilterFold } from "@/components/ui/filter-fold";
import { useTypedWords } from "@/components/ui/use-typed-words";

const text = parseAsString.withDefault("");
const filters = { q: text, pipeline: text, stage: text, state: text, stream: text, since: text, from: text, to: text };

const streams = [
  { value: "stdout", label: "Output" },
  { value: "stderr", label: "Error output" },
  { value: "platform", label: "Sluice’s own" },
];
/** Two moments in place of a span up to now. */
const between = { value: "between", label: "From … to …" };

interface Props {
  pipelines: { name: string; title: string | null }[];
  stages: string[];
  startTransition: TransitionStartFunction;
}

/** The filters are the URL. Another one leads back to the newest lines. */
export function LogsFilters({ pipelines, stages, startTransition }: Props) {
  const [{ line: _line, ...values }, setAll] = useQueryStates(
    { ...filters, line: parseAsString },
    { shallow: false, startTransition },
  );
  const change = (some: Partial<Record<keyof typeof filters, string | null>>) => void setAll({ ...some, line: null });
  const words = useTypedWords(values.q, (q) => change({ q }));
  const [choosing, setChoosing] = useState(false);
  const moments = choosing || values.from !== "" || values.to !== "";
  const set = Object.values(values).filter(Boolean).length;
  return (
    <search aria-label="Filter the lines">
      <FilterFold set={set}>
        <div className={historyClasses.filters}>
          <TextInput
            className={historyClasses.search}
            size="sm"
            label="Line contains"
            placeholder="timeout, learner 4711, …"
            leftSection={<IconSearch size={16} aria-hidden />}
            value={words.typed}
            onChange={(event) => words.type(event.currentTarget.value)}
          />
          <Select
            size="sm"
            label="Pipeline"
            placeholder="All"
            clearable
            searchable
            data={[
              ...pipelines.map(({ name, title }) => ({ value: name, label: title ?? name })),
              ...(values.pipeline && !pipelines.some(({ name }) => name === values.pipeline)
                ? [{ value: values.pipeline, label: values.pipeline }]
                : []),
            ]}
            value={values.pipeline || null}
            onChange={(pipeline) => change({ pipeline, stage: null })}
          />
          <Select
            size="sm"
            label="Stage"
            placeholder="All"
            clearable
            searchable
            data={[...new Set([...stages, ...(values.stage ? [values.stage] : [])])]}
            value={values.stage || null}
            onChange={(stage) => change({ stage })}
          />
          <Select
            size="sm"
            label="State of the run"
            placeholder="All"
            clearable
            data={runStateChoices}
            value={values.state || null}
            onChange={(state) => change({ state })}
          />
          <Select
            size="sm"
            label="Kind of line"
            placeholder="All"
            clearable
            data={streams}
            value={values.stream || null}
            onChange={(stream) => change({ stream })}
          />
          <Select
            size="sm"
            label="When"
            placeholder="Any time"
            clearable
            data={[...spans, between]}
            value={moments ? between.value : values.since || null}
            onChange={(when) => {
              setChoosing(when === between.value);
              change({ since: when === between.value ? null : when, from: null, to: null });
            }}
          />
          {moments ? (
            <>
              <TextInput
                size="sm"
                type="datetime-local"
                label="From"
                value={values.from}
                max={values.to || undefined}
                onChange={(event) => change({ from: event.currentTarget.value || null })}
              />
              <TextInput
                size="sm"
                type="datetime-local"
                label="To"
                value={values.to}
                min={values.from || undefined}
                onChange={(event) => change({ to: event.currentTarget.value || null })}
              />
            </>
          ) : null}
          {set > 0 ? (
            <Button
              variant="subtle"
              size="sm"
              onClick={() => {
                words.empty();
                setChoosing(false);
                void setAll(null);
              }}
            >
              Clear
            </Button>
          ) : null}
        </div>
      </FilterFold>
    </search>
  );
}
