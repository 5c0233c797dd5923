"use client";

import { TextInput } from "@mantine/core";
import type { FieldProps } from "@/components/queries/parameter-form";
import { labelOf, one } from "@/components/queries/text-fields";
import type { Parameter } from "@/lib/queries/schema";

interface Props extends FieldProps<Parameter & { type: "queryList" }> {
  /** What the list's own query is asked with. */
  depends: Record<string, string | string[]>;
}

export function QueryListField({ parameter, value, problem, onChange }: Props) {
  return (
    <TextInput
      label={labelOf(parameter)}
      value={one(value)}
      error={problem}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
