"use client";

import { MultiSelect, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useRest } from "@/components/ui/use-rest";

interface Named {
  id: string;
  name: string;
}
interface FoundPersonItem extends Named {
  email: string;
}
interface FoundTokenItem extends Named {
  owner: Named;
}

interface Search<Item> {
  /** Where the server looks, among all of them, by the words it is given as `q`. */
  path: string;
  query?: Record<string, string>;
  labelOf: (item: Item) => string;
  nothing: string;
  /** One that is chosen before anything was looked for. */
  known?: Named | undefined;
}

/** What these fields have: the server looks, and what was chosen keeps its name when something else is looked for. */
function useFound<Item extends Named>({ path, query, labelOf, nothing, known: first }: Search<Item>) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed, 150);
  const { data } = useRest<{ items: Item[] }>(
    `${path}?${new URLSearchParams({ ...query, ...(q.trim() && { q }), limit: "20" })}`,
  );
  const [known, setKnown] = useState(new Map<string, string>(first ? [[first.id, first.name]] : []));
  const found = (data?.items ?? []).filter(({ id }) => !known.has(id));
  if (found.length > 0) setKnown(new Map([...known, ...found.map((one): [string, string] => [one.id, labelOf(one)])]));
  const offered = new Set(data?.items.map(({ id }) => id));
  return {
    searchable: true,
    onSearchChange: setTyped,
    nothingFoundMessage: data && q === typed ? nothing : "Looking…",
    /** Those that the server found, and those already chosen. */
    dataWith: (chosen: string[]) =>
      [...known].filter(([id]) => offered.has(id) || chosen.includes(id)).map(([value, label]) => ({ value, label })),
  };
}

/** People and service accounts, by a part of name or address. */
const useFoundPeople = () =>
  useFound<FoundPersonItem>({
    path: "/users",
    labelOf: ({ name, email }) => `${name} (${email})`,
    nothing: "Nobody here has such a name",
  });

interface OneProps {
  value: string | null;
  onChange: (id: string | null) => void;
  /** What names the field where no label stands over it. */
  hidden?: boolean;
  error?: string | undefined;
}

export function FoundPerson({ value, onChange, hidden, error }: OneProps) {
  const { dataWith, ...search } = useFoundPeople();
  const name = hidden ? { "aria-label": "Person", placeholder: "Choose a person" } : { label: "Person" };
  // The server has looked already.
  return (
    <Select
      {...name}
      {...search}
      data={dataWith(value ? [value] : [])}
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
      error={error}
    />
  );
}

export function FoundPeople({ value, onChange }: { value: string[]; onChange: (ids: string[]) => void }) {
  const { dataWith, ...search } = useFoundPeople();
  return (
    <MultiSelect
      label="People"
      data-autofocus
      {...search}
      data={dataWith(value)}
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
    />
  );
}

/** Anybody's token, by a part of its name or its owner's. */
export function FoundToken({
  known,
  value,
  onChange,
}: Pick<OneProps, "value" | "onChange"> & { known?: Named | undefined }) {
  const { dataWith, ...search } = useFound<FoundTokenItem>({
    path: "/tokens",
    query: { all: "1" },
    labelOf: ({ name, owner }) => `${name} of ${owner.name}`,
    nothing: "There is no such token",
    known,
  });
  return (
    <Select
      label="Token"
      {...search}
      data={dataWith(value ? [value] : [])}
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
    />
  );
}
