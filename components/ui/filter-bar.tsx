"use client";

import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { parseAsString, useQueryStates } from "nuqs";
import type { ReactNode, TransitionStartFunction } from "react";
import classes from "@/components/ui/filter-bar.module.css";
import { FilterFold } from "@/components/ui/filter-fold";
import { useTypedWords } from "@/components/ui/use-typed-words";

export interface Choice {
  value: string;
  label: string;
}

/** One filter; `name` is its place in the address. */
export type Filter = { name: string; label: string } & (
  | { kind: "choice"; placeholder?: string; choices: (Choice | string)[]; searchable?: boolean; empties?: string }
  | { kind: "date" }
  | { kind: "check" }
  /** Of an address that asks for it: shown to be changed or taken away. */
  | { kind: "given" }
);

/** Values by name; empty: not filtered. */
export type Values = Record<string, string>;
export type Change = (some: Record<string, string | null>) => void;

interface Props {
  /** What it is called by a screen reader: “Filter the runs”. */
  label: string;
  /** The words to search for, in the address as `q`. `apart`: they stand alone above the others, on a phone too. */
  words?: { label: string; placeholder?: string; apart?: boolean };
  filters: Filter[];
  /** Where in the list the page begins, in the address: another filter begins at its start. */
  place: string;
  startTransition: TransitionStartFunction;
  /** Filters that are none of the above, and their names in the address. */
  more?: { names: string[]; render: (values: Values, change: Change) => ReactNode; onClear: () => void };
}

const text = parseAsString.withDefault("");

/** The filters of a list are the URL: back, reload and a pasted link give the same list. */
export function FilterBar({ label, words, filters, place, startTransition, more }: Props) {
  const names = [...(words ? ["q"] : []), ...filters.map(({ name }) => name), ...(more?.names ?? [])];
  const [all, setAll] = useQueryStates(
    { ...Object.fromEntries(names.map((name) => [name, text])), [place]: text },
    { shallow: false, startTransition },
  );
  const values: Values = Object.fromEntries(names.map((name) => [name, all[name] ?? ""]));
  const change: Change = (some) => void setAll({ ...some, [place]: null });
  const typed = useTypedWords(values.q ?? "", (q) => change({ q }));
  const set = Object.values(values).filter(Boolean).length;
  const search = words ? (
    <TextInput
      className={words.apart ? classes.apart : classes.search}
      size="sm"
      {...(words.apart ? { "aria-label": words.label } : { label: words.label })}
      placeholder={words.placeholder}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={typed.typed}
      onChange={(event) => typed.type(event.currentTarget.value)}
    />
  ) : null;
  const checks = filters.filter(({ kind }) => kind === "check");
  return (
    <search aria-label={label}>
      {words?.apart ? search : null}
      <FilterFold set={words?.apart && values.q ? set - 1 : set}>
        <div className={classes.filters}>
          {words?.apart ? null : search}
          {filters.map((filter) => (
            <Field
              key={filter.name}
              filter={filter}
              value={values[filter.name] ?? ""}
              values={values}
              change={change}
            />
          ))}
          {more?.render(values, change)}
          {checks.length > 0 ? (
            <div className={classes.checks}>
              {checks.map((filter) => (
                <Checkbox
                  key={filter.name}
                  label={filter.label}
                  checked={values[filter.name] === "true"}
                  onChange={(event) => change({ [filter.name]: event.currentTarget.checked ? "true" : null })}
                />
              ))}
            </div>
          ) : null}
          {set > 0 ? (
            <Button
              variant="subtle"
              size="sm"
              onClick={() => {
                typed.empty();
                more?.onClear();
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

function Field(props: { filter: Filter; value: string; values: Values; change: Change }) {
  const { filter, value, values, change } = props;
  const { name, label } = filter;
  if (filter.kind === "choice") {
    const { choices, placeholder = "All", searchable = false, empties } = filter;
    // What the address asks for is shown, also where it is no choice any more.
    const known = choices.some((one) => (typeof one === "string" ? one : one.value) === value);
    return (
      <Select
        size="sm"
        label={label}
        placeholder={placeholder}
        clearable
        searchable={searchable}
        data={(value && !known ? [...choices, value] : choices).map((one) =>
          typeof one === "string" ? { value: one, label: one } : one,
        )}
        value={value || null}
        onChange={(next) => change({ [name]: next, ...(empties ? { [empties]: null } : {}) })}
      />
    );
  }
  if (filter.kind === "check" || (filter.kind === "given" && !value)) return null;
  const date = filter.kind === "date";
  return (
    <TextInput
      size="sm"
      type={date ? "date" : "text"}
      label={label}
      value={value}
      min={date && name === "to" ? values.from || undefined : undefined}
      max={date && name === "from" ? values.to || undefined : undefined}
      onChange={(event) => change({ [name]: event.currentTarget.value || null })}
    />
  );
}
