"use client";

import { Checkbox, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { asText, type FieldProps, inputProps, placeholderOf } from "@/components/forms/context";

/** Text as typed; what is emptied again is as if it had never been given. */
const given = (text: string) => (text === "" ? undefined : text);

export function Line(props: FieldProps) {
  return (
    <TextInput
      {...inputProps(props)}
      placeholder={placeholderOf(props.field)}
      value={asText(props.value)}
      onChange={(event) => props.onChange(given(event.currentTarget.value))}
    />
  );
}

export function Long(props: FieldProps) {
  return (
    <Textarea
      {...inputProps(props)}
      autosize
      minRows={2}
      maxRows={12}
      placeholder={placeholderOf(props.field)}
      value={asText(props.value)}
      onChange={(event) => props.onChange(given(event.currentTarget.value))}
    />
  );
}

/** A number; where a template may stand, and in YAML does, its text. */
export function Amount(props: FieldProps) {
  const { field, value } = props;
  if (typeof value === "string") return <Line {...props} />;
  return (
    <NumberInput
      {...inputProps(props)}
      placeholder={placeholderOf(field)}
      value={typeof value === "number" ? value : ""}
      allowDecimal={field.type === "number"}
      hideControls={field.type === "number"}
      onChange={(next) => props.onChange(typeof next === "number" ? next : undefined)}
    />
  );
}

export function Yes(props: FieldProps) {
  const { value, field, onChange } = props;
  const { readOnly, withAsterisk: _mark, ...rest } = inputProps(props);
  return (
    <Checkbox
      {...rest}
      disabled={readOnly}
      checked={(value ?? field.default) === true}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

/** One of a closed list, each with its longer word. */
export function Choice(props: FieldProps) {
  const { field, value, onChange } = props;
  const all = field.enum ?? [];
  const titles = field["x-enumTitles"] ?? [];
  const now = value ?? field.default ?? null;
  const data = all.map((one, at) => ({ value: String(at), label: titles[at] ?? asText(one) }));
  const at = all.indexOf(now as never);
  // What no choice fits is shown as it stands, and its error says so.
  const odd = now !== null && at === -1 ? [{ value: "odd", label: asText(now) }] : [];
  return (
    <Select
      {...inputProps(props)}
      data={[...data, ...odd]}
      value={odd.length > 0 ? "odd" : at === -1 ? null : String(at)}
      placeholder="Choose one"
      clearable={!props.required && field.default === undefined}
      allowDeselect={false}
      onChange={(next) => onChange(next === null ? undefined : all[Number(next)])}
    />
  );
}
