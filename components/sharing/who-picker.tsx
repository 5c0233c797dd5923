"use client";

import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuilding, IconLink, IconUser, IconUsers } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useRest } from "@/components/ui/use-rest";
import type { WhoFound } from "@/lib/shares/schema";

interface Props {
  /** `company`, `link`, `person:ID` or `team:ID`. */
  value: string | null;
  onChange: (value: string | null, label: string) => void;
  error?: string;
}

interface Option {
  value: string;
  label: string;
  note?: string;
}

const everybody: Option[] = [
  { value: "company", label: "Everyone in the company" },
  { value: "link", label: "Anyone here who has the link" },
];
const icons = { company: IconBuilding, link: IconLink, person: IconUser, team: IconUsers };

/** Whom to share with: people and teams by name, the company, or a link. */
export function WhoPicker({ value, onChange, error }: Props) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed, 150);
  const chosen = useRef<Option>(undefined);
  const field = useRef<HTMLInputElement>(null);
  // This program comes after the window that it is in, which has given the focus to its own button by then.
  useEffect(() => field.current?.focus(), []);
  const { data } = useRest<{ items: WhoFound[] }>(`/people?${new URLSearchParams({ q, limit: "12" })}`);
  const found = (data?.items ?? []).map(
    ({ kind, id, name, email }): Option => ({ value: `${kind}:${id}`, label: name, note: email ?? "Team" }),
  );
  // What is on offer fits what is typed at every moment, also before the server has answered: Enter must never choose
  // the whole company in place of a person.
  const fits = ({ label, note = "" }: Option) => `${label} ${note}`.toLowerCase().includes(typed.trim().toLowerCase());
  const options = [...everybody, ...found].filter(fits);
  const kept = chosen.current;
  if (kept && kept.value === value && !options.some((one) => one.value === kept.value)) options.push(kept);
  const notes = new Map(options.map((one) => [one.value, one.note]));
  return (
    <Select
      label="With"
      placeholder="A name, a team, everyone, or a link"
      searchable
      // The list itself scrolls: a box around it would be one that no key reaches.
      withScrollArea={false}
      styles={{ options: { maxHeight: 220, overflowY: "auto" } }}
      ref={field}
      data-autofocus
      data={options.map(({ value: key, label }) => ({ value: key, label }))}
      // The server has looked already, in addresses, too.
      filter={({ options: all }) => all}
      value={value}
      onChange={(next) => {
        chosen.current = options.find((one) => one.value === next);
        onChange(next, chosen.current?.label ?? "");
      }}
      onSearchChange={(text) => {
        const same = text === chosen.current?.label;
        setTyped(same ? "" : text);
        if (same || !chosen.current) return;
        // Who types another name has not chosen anybody yet.
        chosen.current = undefined;
        onChange(null, "");
      }}
      nothingFoundMessage={data && q === typed ? "Nobody here has such a name" : "Looking…"}
      renderOption={({ option }) => {
        const Icon = icons[option.value.split(":")[0] as keyof typeof icons];
        return (
          <span style={{ display: "flex", alignItems: "center", gap: 8, minWidth: 0 }}>
            <Icon size={16} aria-hidden style={{ flex: "none" }} />
            <span style={{ overflowWrap: "anywhere" }}>{option.label}</span>
            <span style={{ fontSize: 12, color: "var(--mantine-color-dimmed)", overflowWrap: "anywhere" }}>
              {notes.get(option.value)}
            </span>
          </span>
        );
      }}
      error={error}
    />
  );
}
