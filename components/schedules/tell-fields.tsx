"use client";

import { Checkbox, MultiSelect, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { tellLabels } from "@/components/schedules/outcome-words";
import type { Scheduled } from "@/components/schedules/schedules";
import classes from "@/components/schedules/schedules.module.css";
import { useRest } from "@/components/ui/use-rest";
import type { WhoFound } from "@/lib/shares/schema";
import type { Limit, TellWhen } from "@/lib/triggers/schema";

export interface Telling {
  tellWhen: TellWhen;
  limit: Limit;
  mailTo: { id: string; name: string }[];
  webhook: string;
}

interface Props {
  of: Scheduled;
  telling: Telling;
  errors: Record<string, string>;
  onChange: (telling: Telling) => void;
}

const tells = (Object.keys(tellLabels) as TellWhen[]).map((value) => ({ value, label: tellLabels[value] }));

/** Under which condition somebody hears of a run, and who. */
export function TellFields({ of, telling, errors, onChange }: Props) {
  const { tellWhen, limit, mailTo, webhook } = telling;
  const set = (part: Partial<Telling>) => onChange({ ...telling, ...part });
  return (
    <>
      <Select
        label="Tell somebody"
        data={tells}
        allowDeselect={false}
        value={tellWhen}
        error={errors.tellWhen}
        onChange={(next) => set({ tellWhen: (next ?? "never") as TellWhen })}
      />
      {tellWhen === "limit" ? (
        <LimitFields of={of} limit={limit} errors={errors} onChange={(next) => set({ limit: next })} />
      ) : null}
      {tellWhen !== "never" ? (
        <>
          <PeopleField people={mailTo} error={errors.mailTo} onChange={(next) => set({ mailTo: next })} />
          <TextInput
            label="Webhook"
            description="An address that gets a signed message, for a program of yours. Leave it empty for none."
            placeholder="https://"
            value={webhook}
            error={errors.webhook}
            onChange={(event) => set({ webhook: event.currentTarget.value })}
          />
        </>
      ) : null}
    </>
  );
}

function LimitFields({
  of,
  limit,
  errors,
  onChange,
}: Pick<Props, "of" | "errors"> & { limit: Limit; onChange: (limit: Limit) => void }) {
  const set = (part: Partial<Limit>) => onChange({ ...limit, ...part });
  return (
    <>
      {of.kind === "board" ? (
        <Select
          label="In the tile"
          data={of.tiles.map(({ id, title }) => ({ value: id, label: title }))}
          value={limit.tile ?? null}
          error={errors["limit.tile"]}
          onChange={(tile) => set({ tile: tile ?? undefined })}
        />
      ) : null}
      <div className={classes.limit}>
        <TextInput
          label="Column"
          value={limit.column}
          error={errors["limit.column"] ?? errors.limit}
          onChange={(event) => set({ column: event.currentTarget.value })}
        />
        <Select
          label="Of"
          allowDeselect={false}
          data={[
            { value: "first", label: "the first row" },
            { value: "any", label: "any row" },
          ]}
          value={limit.of}
          onChange={(next) => set({ of: next === "any" ? "any" : "first" })}
        />
        <Select
          label="Is"
          allowDeselect={false}
          data={[
            { value: "above", label: "above" },
            { value: "below", label: "below" },
            { value: "equals", label: "equal to" },
          ]}
          value={limit.is}
          onChange={(next) => set({ is: (next ?? "above") as Limit["is"] })}
        />
        <TextInput
          label="Limit"
          inputMode="decimal"
          value={limit.value}
          error={errors["limit.value"]}
          onChange={(event) => set({ value: event.currentTarget.value })}
        />
      </div>
      <Checkbox
        label="Only when it was not so the time before"
        checked={limit.once}
        onChange={(event) => set({ once: event.currentTarget.checked })}
      />
    </>
  );
}

function PeopleField({
  people,
  error,
  onChange,
}: {
  people: Telling["mailTo"];
  error: string | undefined;
  onChange: (people: Telling["mailTo"]) => void;
}) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed, 150);
  const { data } = useRest<{ items: WhoFound[] }>(`/people?${new URLSearchParams({ q, kind: "person", limit: "12" })}`);
  const found = [...people, ...(data?.items ?? [])];
  const names = new Map(found.map(({ id, name }) => [id, name]));
  return (
    <MultiSelect
      label="Mail to"
      description="Each sees as much of the rows as they may open."
      placeholder={people.length === 0 ? "A name" : undefined}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      data={[...names].map(([value, label]) => ({ value, label }))}
      value={people.map(({ id }) => id)}
      error={error}
      nothingFoundMessage="Nobody here has such a name"
      onChange={(ids) => onChange(ids.map((id) => ({ id, name: names.get(id) ?? id })))}
    />
  );
}
