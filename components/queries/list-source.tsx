"use client";

import { Checkbox, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import classes from "@/components/queries/parameter-editor.module.css";
import { useRest } from "@/components/ui/use-rest";
import type { Parameter, QueryItem, QueryView } from "@/lib/queries/schema";

type ListParameter = Parameter & { type: "queryList" };

interface Props {
  parameter: ListParameter;
  /** Parameters whose values may go to the list's own. */
  before: Parameter[];
  errors: Record<string, string>;
  onChange: (parameter: ListParameter) => void;
}

/** Which query's rows are the options, which of its columns, and what it is asked with. */
export function ListSource({ parameter, before, errors, onChange }: Props) {
  const [typed, setTyped] = useState("");
  const [wanted] = useDebouncedValue(typed, 200);
  const found = useRest<{ items: QueryItem[] }>(`/queries?limit=20&q=${encodeURIComponent(wanted)}`);
  const source = useRest<QueryView>(parameter.query ? `/queries/${parameter.query}` : "/queries?limit=1");
  const own = parameter.query && source.data?.id === parameter.query ? source.data : undefined;
  const items = (found.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title }));
  const known = own && !items.some(({ value }) => value === own.id) ? [{ value: own.id, label: own.title }] : [];
  const depends = parameter.dependsOn ?? {};
  const depend = (theirs: string, ours: string | null) => {
    const { [theirs]: _, ...rest } = depends;
    const next = ours ? { ...rest, [theirs]: ours } : rest;
    onChange({ ...parameter, dependsOn: Object.keys(next).length > 0 ? next : undefined });
  };
  return (
    <div className={classes.fields} style={{ marginTop: 8 }}>
      <Select
        size="sm"
        label="Options from the query"
        placeholder="Search by title"
        required
        searchable
        data={[...known, ...items]}
        // The server has searched already, in more than the title.
        filter={({ options }) => options}
        value={parameter.query || null}
        error={errors.query}
        onSearchChange={setTyped}
        onChange={(query) => onChange({ ...parameter, query: query ?? "", dependsOn: undefined })}
        nothingFoundMessage="No such query"
      />
      <TextInput
        label="Column of the values"
        placeholder="the first"
        value={parameter.column ?? ""}
        error={errors.column}
        onChange={(event) => onChange({ ...parameter, column: event.currentTarget.value || undefined })}
      />
      <TextInput
        label="Column that is shown"
        placeholder="the same"
        value={parameter.labelColumn ?? ""}
        error={errors.labelColumn}
        onChange={(event) => onChange({ ...parameter, labelColumn: event.currentTarget.value || undefined })}
      />
      <Checkbox
        className={classes.check}
        label="Several at once"
        checked={parameter.multi ?? false}
        onChange={(event) =>
          onChange({ ...parameter, multi: event.currentTarget.checked || undefined, default: undefined })
        }
      />
      {own?.parameters.map(({ name, label }) => (
        <Select
          key={name}
          size="sm"
          label={`Its ${label || name} is this query's`}
          placeholder="its own default"
          clearable
          data={before.map((each) => ({ value: each.name, label: each.label || each.name }))}
          value={depends[name] ?? null}
          error={errors.dependsOn}
          onChange={(ours) => depend(name, ours)}
        />
      ))}
    </div>
  );
}
