"use client";

import { Input, TextInput } from "@mantine/core";
import { useState } from "react";
import { asText, type FieldProps, inputProps } from "@/components/forms/context";
import { fieldsOf, firstFields, whenOf } from "@/components/schedules/when-fields";
import { WhenInputs } from "@/components/schedules/when-inputs";

/** A day. Where a template may stand it is written: a calendar has no “the day of the run”. */
export function Day(props: FieldProps) {
  const { field, value, onChange } = props;
  const templated = Boolean(field["x-template"]);
  return (
    <TextInput
      {...inputProps(props)}
      type={templated ? "text" : "date"}
      placeholder={templated ? "2026-01-31, or {{ interval.from | date }}" : undefined}
      value={asText(value)}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

/** How often, in words; the cron line is behind “Advanced”. */
export function Cron(props: FieldProps) {
  const { value, onChange } = props;
  const line = asText(value);
  const [fields, setFields] = useState(() => (line ? fieldsOf(line) : firstFields));
  const [said, setSaid] = useState(line);
  // Somebody wrote another line into the YAML.
  if (line !== said) {
    setSaid(line);
    setFields(line ? fieldsOf(line) : firstFields);
  }
  const { label, description, error, withAsterisk } = inputProps(props);
  return (
    <Input.Wrapper {...{ label, description, error, withAsterisk }} labelElement="div">
      <WhenInputs
        fields={fields}
        error={undefined}
        onChange={(next) => {
          const when = whenOf(next);
          setFields(next);
          setSaid(when);
          onChange(when);
        }}
      />
    </Input.Wrapper>
  );
}
