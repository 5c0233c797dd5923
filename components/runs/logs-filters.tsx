"use client";

import { Select, TextInput } from "@mantine/core";
import { type TransitionStartFunction, useState } from "react";
import { stateChoices } from "@/components/executions/state-choices";
import { spans } from "@/components/runs/logs-since";
import { type Change, FilterBar, type Values } from "@/components/ui/filter-bar";

const streams = [
  { value: "stdout", label: "Output" },
  { value: "stderr", label: "Error output" },
  { value: "platform", label: "Sluice’s own" },
];

const walls = [
  { value: "false", label: "Not isolated" },
  { value: "true", label: "Isolated" },
];

interface Props {
  pipelines: { name: string; title: string | null }[];
  stages: string[];
  startTransition: TransitionStartFunction;
}

/** Another filter leads back to the newest lines. */
export function LogsFilters({ pipelines, stages, startTransition }: Props) {
  const [choosing, setChoosing] = useState(false);
  const names = pipelines.map(({ name, title }) => ({ value: name, label: title ?? name }));
  return (
    <FilterBar
      label="Filter the lines"
      words={{ label: "Line contains", placeholder: "timeout, learner 4711, …" }}
      filters={[
        {
          ...{ kind: "choice", name: "pipeline", label: "Pipeline", choices: names },
          ...{ searchable: true, empties: "stage" },
        },
        { kind: "choice", name: "stage", label: "Stage", choices: stages, searchable: true },
        { kind: "choice", name: "state", label: "State of the run", choices: stateChoices },
        { kind: "choice", name: "stream", label: "Kind of line", choices: streams },
        { kind: "choice", name: "isolated", label: "Where it ran", choices: walls },
      ]}
      place="line"
      startTransition={startTransition}
      more={{
        names: ["since", "from", "to"],
        render: (values, change) => (
          <When values={values} change={change} choosing={choosing} setChoosing={setChoosing} />
        ),
        onClear: () => setChoosing(false),
      }}
    />
  );
}

/** Two moments in place of a span up to now. */
const between = { value: "between", label: "From … to …" };

interface WhenProps {
  values: Values;
  change: Change;
  choosing: boolean;
  setChoosing: (choosing: boolean) => void;
}

function When({ values: { since, from = "", to = "" }, change, choosing, setChoosing }: WhenProps) {
  const moments = choosing || from !== "" || to !== "";
  return (
    <>
      <Select
        size="sm"
        label="When"
        placeholder="Any time"
        clearable
        data={[...spans, between]}
        value={moments ? between.value : since || null}
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
            value={from}
            max={to || undefined}
            onChange={(event) => change({ from: event.currentTarget.value || null })}
          />
          <TextInput
            size="sm"
            type="datetime-local"
            label="To"
            value={to}
            min={from || undefined}
            onChange={(event) => change({ to: event.currentTarget.value || null })}
          />
        </>
      ) : null}
    </>
  );
}
