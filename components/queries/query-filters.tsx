"use client";

import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { parseAsString, useQueryStates } from "nuqs";
import type { TransitionStartFunction } from "react";
import historyClasses from "@/components/executions/history.module.css";
import classes from "@/components/queries/queries.module.css";
import { FilterFold } from "@/components/ui/filter-fold";
import { useTypedWords } from "@/components/ui/use-typed-words";

const text = parseAsString.withDefault("");
const filters = {
  q: text,
  folder: text,
  tag: text,
  warehouse: text,
  table: text,
  verified: text,
  archived: text,
};
/** Where in the list the page begins; another filter begins at its start. */
const place = { after: parseAsString };

export interface Choice {
  value: string;
  label: string;
}

interface Props {
  folders: Choice[];
  tags: string[];
  warehouses: Choice[];
  startTransition: TransitionStartFunction;
}

/** The filters are the URL: back, reload and a pasted link give the same list. */
export function QueryFilters({ folders, tags, warehouses, startTransition }: Props) {
  const [{ after: _after, ...values }, setAll] = useQueryStates(
    { ...filters, ...place },
    { shallow: false, startTransition },
  );
  const set = (change: Partial<Record<keyof typeof filters, string | null>> | null) =>
    void setAll(change ? { ...change, after: null } : null);
  const words = useTypedWords(values.q, (q) => set({ q }));
  const count = Object.values(values).filter(Boolean).length;
  return (
    <search aria-label="Find a query">
      <TextInput
        className={classes.find}
        aria-label="Words of the title, the description, the SQL, a table or the owner"
        placeholder="Title, words of the SQL, a table, an owner"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={words.typed}
        onChange={(event) => words.type(event.currentTarget.value)}
      />
      <FilterFold set={count - (values.q ? 1 : 0)}>
        <div className={historyClasses.filters}>
          <Select
            size="sm"
            label="Whose"
            placeholder="Everybody's"
            clearable
            data={folders}
            value={values.folder || null}
            onChange={(folder) => set({ folder })}
          />
          <Select
            size="sm"
            label="Tag"
            placeholder="All"
            clearable
            searchable
            data={values.tag && !tags.includes(values.tag) ? [values.tag, ...tags] : tags}
            value={values.tag || null}
            onChange={(tag) => set({ tag })}
          />
          <Select
            size="sm"
            label="Warehouse"
            placeholder="All"
            clearable
            data={warehouses}
            value={values.warehouse || null}
            onChange={(warehouse) => set({ warehouse })}
          />
          {values.table ? (
            <TextInput
              size="sm"
              label="Uses the table"
              value={values.table}
              onChange={(event) => set({ table: event.currentTarget.value || null })}
            />
          ) : null}
          <div className={classes.checks}>
            <Checkbox
              label="Verified only"
              checked={values.verified === "true"}
              onChange={(event) => set({ verified: event.currentTarget.checked ? "true" : null })}
            />
            <Checkbox
              label="Archived"
              checked={values.archived === "true"}
              onChange={(event) => set({ archived: event.currentTarget.checked ? "true" : null })}
            />
          </div>
          {count > 0 ? (
            <Button
              variant="subtle"
              size="sm"
              onClick={() => {
                words.empty();
                set(null);
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
