"use client";

import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { parseAsString, useQueryStates } from "nuqs";
import { type TransitionStartFunction, useState } from "react";
import classes from "@/components/executions/history.module.css";

const filters = {
  q: parseAsString.withDefault(""),
  user: parseAsString.withDefault(""),
  warehouse: parseAsString.withDefault(""),
  state: parseAsString.withDefault(""),
  from: parseAsString.withDefault(""),
  to: parseAsString.withDefault(""),
};

export interface Choice {
  value: string;
  label: string;
}

const states: Choice[] = [
  { value: "queued", label: "Waiting" },
  { value: "running", label: "Running" },
  { value: "succeeded", label: "Succeeded" },
  { value: "failed", label: "Failed" },
  { value: "cancelled", label: "Cancelled" },
];

interface Props {
  people: Choice[];
  warehouses: Choice[];
  startTransition: TransitionStartFunction;
}

/** The filters are the URL: back, reload and a pasted link give the same list. */
export function HistoryFilters({ people, warehouses, startTransition }: Props) {
  const [values, setValues] = useQueryStates(filters, { shallow: false, startTransition });
  const [typed, setTyped] = useState(values.q);
  const search = useDebouncedCallback((q: string) => void setValues({ q: q || null }), 250);
  const any = Object.values(values).some(Boolean);
  return (
    <search className={classes.filters} aria-label="Filter the history">
      <TextInput
        className={classes.search}
        size="sm"
        label="SQL contains"
        placeholder="events, learner_id, …"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <Select
        size="sm"
        label="Who"
        placeholder="Anyone"
        clearable
        data={people}
        value={values.user || null}
        onChange={(user) => void setValues({ user })}
      />
      <Select
        size="sm"
        label="Warehouse"
        placeholder="All"
        clearable
        data={warehouses}
        value={values.warehouse || null}
        onChange={(warehouse) => void setValues({ warehouse })}
      />
      <Select
        size="sm"
        label="State"
        placeholder="All"
        clearable
        data={states}
        value={values.state || null}
        onChange={(state) => void setValues({ state })}
      />
      <TextInput
        size="sm"
        type="date"
        label="From"
        value={values.from}
        max={values.to || undefined}
        onChange={(event) => void setValues({ from: event.currentTarget.value || null })}
      />
      <TextInput
        size="sm"
        type="date"
        label="To"
        value={values.to}
        min={values.from || undefined}
        onChange={(event) => void setValues({ to: event.currentTarget.value || null })}
      />
      {any ? (
        <Button
          variant="subtle"
          size="sm"
          onClick={() => {
            setTyped("");
            void setValues(null);
          }}
        >
          Clear
        </Button>
      ) : null}
    </search>
  );
}
