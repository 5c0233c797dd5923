"use client";

import { Button, Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { parseAsString, useQueryStates } from "nuqs";
import type { TransitionStartFunction } from "react";
import classes from "@/components/executions/history.module.css";
import { FilterFold } from "@/components/ui/filter-fold";
import { useTypedWords } from "@/components/ui/use-typed-words";

const filters = {
  q: parseAsString.withDefault(""),
  user: parseAsString.withDefault(""),
  warehouse: parseAsString.withDefault(""),
  state: parseAsString.withDefault(""),
  from: parseAsString.withDefault(""),
  to: parseAsString.withDefault(""),
};

/** Where in the list the page begins; another filter begins at its start. */
const place = { before: parseAsString };

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
  const [all, setAll] = useQueryStates({ ...filters, ...place }, { shallow: false, startTransition });
  const { before: _before, ...values } = all;
  const setValues = (change: Partial<Record<keyof typeof filters, string | null>> | null) =>
    setAll(change ? { ...change, before: null } : null);
  const words = useTypedWords(values.q, (q) => void setValues({ q }));
  const set = Object.values(values).filter(Boolean).length;
  return (
    <search aria-label="Filter the history">
      <FilterFold set={set}>
        <div className={classes.filters}>
          <TextInput
            className={classes.search}
            size="sm"
            label="SQL contains"
            placeholder="events, learner_id, …"
            leftSection={<IconSearch size={16} aria-hidden />}
            value={words.typed}
            onChange={(event) => words.type(event.currentTarget.value)}
          />
          <Select
            size="sm"
            label="Who"
            placeholder="Anyone"
            clearable
            searchable={people.length > 8}
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
          {set > 0 ? (
            <Button
              variant="subtle"
              size="sm"
              onClick={() => {
                words.empty();
                void setValues(null);
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
