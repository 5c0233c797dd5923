"use client";

import { Autocomplete, TagsInput } from "@mantine/core";
import { asText, type FieldProps, inputProps, placeholderOf } from "@/components/forms/context";
import classes from "@/components/forms/forms.module.css";
import { noteOf, useOptions } from "@/components/forms/use-options";
import type { OptionsView } from "@/lib/operators/schema";

/** Most people know the beginning of a name; a list of thousands is cut to what they can read. */
const most = 60;

/** A name out of a list that is looked up: a warehouse, a table, a column, a file. Others may be written too. */
export function Lookup(props: FieldProps) {
  const { options } = useOptions(props);
  const { data, stale } = options;
  const { description, ...rest } = inputProps(props);
  return (
    <Autocomplete
      {...rest}
      description={described(description, noteOf(options))}
      placeholder={placeholderOf(props.field) ?? "Choose or write"}
      data={values(data)}
      limit={most}
      value={asText(props.value)}
      renderOption={({ option }) => <Option value={option.value} data={data} />}
      aria-busy={stale || undefined}
      onChange={(next) => props.onChange(next === "" ? undefined : next)}
    />
  );
}

/** Several names. */
export function Names(props: FieldProps) {
  const { options, asked } = useOptions(props);
  const { description, ...rest } = inputProps(props);
  const list = Array.isArray(props.value) ? props.value : (props.field.default as unknown[] | undefined);
  return (
    <TagsInput
      {...rest}
      description={described(description, asked ? noteOf(options) : undefined)}
      placeholder={(list ?? []).length > 0 ? undefined : (placeholderOf(props.field) ?? "Choose or write, then Enter")}
      data={values(options.data)}
      limit={most}
      splitChars={[",", ";"]}
      acceptValueOnBlur
      value={(list ?? []).map(asText)}
      renderOption={({ option }) => <Option value={option.value} data={options.data} />}
      onChange={(next) => props.onChange(next.length === 0 ? undefined : next)}
    />
  );
}

const described = (description: string | undefined, note: string | undefined) =>
  [description, note].filter(Boolean).join(" ") || undefined;

const values = (data: OptionsView | undefined) => [...new Set((data?.items ?? []).map(({ value }) => value))];

function Option({ value, data }: { value: string; data: OptionsView | undefined }) {
  const found = data?.items.find((one) => one.value === value);
  return (
    <span className={classes.option}>
      <span>{found?.label ?? value}</span>
      {found?.hint ? <span className={classes.hint}>{found.hint}</span> : null}
    </span>
  );
}
