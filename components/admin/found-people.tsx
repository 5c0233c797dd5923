"use client";

import { MultiSelect, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useRest } from "@/components/ui/use-rest";

interface Found {
  id: string;
  name: string;
  email: string;
}

/** What both fields have: the server looks, among people and service accounts, by a part of name or address. */
function useFoundPeople() {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed, 150);
  const { data } = useRest<{ items: Found[] }>(
    `/users?${new URLSearchParams({ ...(q.trim() && { q }), limit: "20" })}`,
  );
  // What was chosen keeps its name when something else is looked for.
  const [known, setKnown] = useState(new Map<string, string>());
  const found = (data?.items ?? []).filter(({ id }) => !known.has(id));
  if (found.length > 0) setKnown(new Map([...known, ...found.map((one): [string, string] => [one.id, labelOf(one)])]));
  const offered = new Set(data?.items.map(({ id }) => id));
  return {
    searchable: true,
    onSearchChange: setTyped,
    nothingFoundMessage: data && q === typed ? "Nobody here has such a name" : "Looking…",
    /** Those that the server found, and those already chosen. */
    dataWith: (chosen: string[]) =>
      [...known].filter(([id]) => offered.has(id) || chosen.includes(id)).map(([value, label]) => ({ value, label })),
  };
}

const labelOf = ({ name, email }: Found) => `${name} (${email})`;

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
