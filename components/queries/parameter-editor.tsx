"use client";

import { ActionIcon, Button, Checkbox, Group, Select, Text, Textarea, TextInput } from "@mantine/core";
import { IconArrowUp, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { ListSource } from "@/components/queries/list-source";
import classes from "@/components/queries/parameter-editor.module.css";
import { withType } from "@/components/queries/parameter-types";
import type { Parameter } from "@/lib/queries/schema";

const types: { value: Parameter["type"]; label: string }[] = [
  { value: "text", label: "Text" },
  { value: "number", label: "Number" },
  { value: "date", label: "Date" },
  { value: "dateRange", label: "Date range" },
  { value: "list", label: "Choice from a list" },
  { value: "multi", label: "Several from a list" },
  { value: "queryList", label: "Choice from a query" },
];

/** How the SQL takes the value. */
const usage: Record<Parameter["type"], (name: string) => string> = {
  text: (name) => `{{${name}}}`,
  number: (name) => `{{${name}}}`,
  date: (name) => `{{${name}}}`,
  dateRange: (name) => `at >= {{${name}.from}} and at < {{${name}.to}}`,
  list: (name) => `{{${name}}}`,
  multi: (name) => `= any({{${name}}})`,
  queryList: (name) => `{{${name}}}`,
};

interface Props {
  parameters: Parameter[];
  /** Names that the SQL has. */
  used: ReadonlySet<string>;
  /** What the server refused, by place: `0.default`. */
  errors: Record<string, string>;
  onChange: (parameters: Parameter[]) => void;
}

/** The declarations of a query's parameters: what each is, and how its field looks. */
export function ParameterEditor({ parameters, used, errors, onChange }: Props) {
  const set = (at: number, parameter: Parameter) =>
    onChange(parameters.map((each, place) => (place === at ? parameter : each)));
  if (parameters.length === 0)
    return (
      <Text c="dimmed" size="sm">
        Write {"{{country}}"} in the SQL where a value goes, and it becomes a field here. What stands in{" "}
        {"[[ and country = {{country}} ]]"} is left out while the field is empty.
      </Text>
    );
  return (
    <ol className={classes.list}>
      {parameters.map((parameter, at) => (
        <li key={parameter.name}>
          <Declaration
            parameter={parameter}
            before={parameters.slice(0, at)}
            unused={!used.has(parameter.name)}
            errors={errorsAt(errors, at)}
            onChange={(next) => set(at, next)}
            onUp={
              at > 0
                ? () => onChange(parameters.toSpliced(at - 1, 2, parameter, parameters[at - 1] as Parameter))
                : undefined
            }
            onRemove={() => onChange(parameters.toSpliced(at, 1))}
          />
        </li>
      ))}
    </ol>
  );
}

function errorsAt(errors: Record<string, string>, at: number): Record<string, string> {
  const start = `${at}.`;
  const own = Object.entries(errors).filter(([place]) => place.startsWith(start));
  return Object.fromEntries(own.map(([place, message]) => [place.slice(start.length).split(".")[0] ?? "", message]));
}

interface DeclarationProps {
  parameter: Parameter;
  /** Those it may depend on. */
  before: Parameter[];
  unused: boolean;
  errors: Record<string, string>;
  onChange: (parameter: Parameter) => void;
  onUp: (() => void) | undefined;
  onRemove: () => void;
}

function Declaration({ parameter, before, unused, errors, onChange, onUp, onRemove }: DeclarationProps) {
  const { name, type } = parameter;
  const text = (key: "label" | "default") => (event: { currentTarget: { value: string } }) =>
    onChange({ ...parameter, [key]: event.currentTarget.value || undefined } as Parameter);
  const several = type === "multi" || (type === "queryList" && parameter.multi);
  const fallback = Array.isArray(parameter.default) ? parameter.default.join(", ") : (parameter.default ?? "");
  const split = (value: string) => value.split(",").flatMap((part) => part.trim() || []);
  return (
    <fieldset className={classes.parameter}>
      <legend className={classes.name}>
        <code>{name}</code>
        <Text span size="xs" c="dimmed">
          {unused ? "the SQL does not have it" : `in the SQL: ${usage[type](name)}`}
        </Text>
      </legend>
      <div className={classes.fields}>
        <Select
          size="sm"
          label="Type"
          data={types}
          value={type}
          allowDeselect={false}
          onChange={(next) => next && onChange(withType(parameter, next as Parameter["type"]))}
        />
        <TextInput
          label="Label"
          placeholder={name}
          value={parameter.label ?? ""}
          error={errors.label}
          onChange={text("label")}
        />
        <TextInput
          label="At first"
          placeholder={
            { date: "yesterday", dateRange: "last 7 days" }[type as string] ?? (several ? "US, DE" : "empty")
          }
          value={fallback}
          error={errors.default}
          onChange={(event) =>
            several
              ? onChange({ ...parameter, default: split(event.currentTarget.value) } as Parameter)
              : text("default")(event)
          }
        />
        <Checkbox
          className={classes.check}
          label="Must be filled"
          checked={parameter.required ?? false}
          onChange={(event) => onChange({ ...parameter, required: event.currentTarget.checked || undefined })}
        />
      </div>
      {type === "list" || type === "multi" ? (
        <Options
          options={parameter.options}
          error={errors.options}
          onChange={(options) => onChange({ ...parameter, options })}
        />
      ) : null}
      {type === "queryList" ? (
        <ListSource parameter={parameter} before={before} errors={errors} onChange={onChange} />
      ) : null}
      <Group gap={4} className={classes.tools}>
        {onUp ? (
          <ActionIcon variant="subtle" color="gray" aria-label={`Move ${name} up`} onClick={onUp}>
            <IconArrowUp size={16} />
          </ActionIcon>
        ) : null}
        {unused ? (
          <Button variant="subtle" color="gray" leftSection={<IconX size={14} aria-hidden />} onClick={onRemove}>
            Remove
          </Button>
        ) : null}
      </Group>
    </fieldset>
  );
}

type Option = { value: string; label?: string | undefined };

/** A line each: the value, or the value = what the reader sees. */
function Options({
  options,
  error,
  onChange,
}: {
  options: Option[];
  error: string | undefined;
  onChange: (options: Option[]) => void;
}) {
  const [text, setText] = useState(() =>
    options.map(({ value, label }) => (label ? `${value} = ${label}` : value)).join("\n"),
  );
  const read = (lines: string): Option[] =>
    lines.split("\n").flatMap((line) => {
      const [value = "", ...label] = line.split(" = ");
      if (!value.trim()) return [];
      return [{ value: value.trim(), ...(label.length > 0 ? { label: label.join(" = ").trim() } : {}) }];
    });
  return (
    <Textarea
      size="sm"
      mt={8}
      label="Options, one a line"
      description="US, or US = United States"
      autosize
      minRows={2}
      maxRows={10}
      value={text}
      error={error}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(read(event.currentTarget.value));
      }}
    />
  );
}
