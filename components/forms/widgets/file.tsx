"use client";

import { asText, type FieldProps } from "@/components/forms/context";
import { Lookup } from "@/components/forms/widgets/lookup";

/** A file that is kept: one that was uploaded, or one of the store, by where its choices come from. */
export function StoredFile(props: FieldProps) {
  const { value, field, onChange } = props;
  const of = field["x-options"]?.source === "files" ? "store" : "upload";
  const name = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[of] : value;
  return (
    <Lookup
      {...props}
      value={asText(name) || undefined}
      onChange={(next) => onChange(next === undefined ? undefined : { [of]: next })}
    />
  );
}
