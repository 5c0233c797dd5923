"use client";

import { asText, type FieldProps } from "@/components/forms/context";
import { Lookup } from "@/components/forms/widgets/lookup";

/** The name of a secret: its value is kept elsewhere and never shown. */
export function Secret(props: FieldProps) {
  const { value, onChange } = props;
  const name = typeof value === "object" && value !== null ? (value as { secret?: unknown }).secret : value;
  return (
    <Lookup
      {...props}
      value={asText(name) || undefined}
      onChange={(next) => onChange(next === undefined ? undefined : { secret: next })}
    />
  );
}
