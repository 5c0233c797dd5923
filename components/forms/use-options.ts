"use client";

import { useDebouncedValue } from "@mantine/hooks";
import type { FieldProps } from "@/components/forms/context";
import { type Rest, useRest } from "@/components/ui/use-rest";
import type { OptionsView } from "@/lib/operators/schema";
import { asText } from "./context";

/**
 * Choices of a field, looked up with the values that it depends on, anew when one of them changes. Not asked for where
 * the manifest names no source.
 */
export function useOptions({ place, field, value, context }: FieldProps): {
  options: Rest<OptionsView>;
  asked: boolean;
} {
  const source = field["x-options"] ?? field.items?.["x-options"] ?? null;
  const depends = Object.fromEntries(
    Object.entries(context.values).flatMap(([key, value]) =>
      typeof value === "string" && value.length < 200 ? [[key, asText(value)]] : [],
    ),
  );
  const [values] = useDebouncedValue(JSON.stringify(depends), 300);
  // A long list is cut by the server: what is typed says which part of it.
  const [q] = useDebouncedValue(typeof value === "string" ? value.slice(0, 200) : "", 300);
  const asked = source !== null && context.operator !== null;
  const address = new URLSearchParams({ parameter: place.join("."), values, q });
  const path = asked ? `/operators/${context.operator}/options?${address}` : null;
  return { options: useRest<OptionsView>(path), asked };
}

/** What stands under the field besides its description: that the source is down, or how old the list is. */
export function noteOf({ data, problem }: Rest<OptionsView>): string | undefined {
  if (problem) return `No list to choose from: ${problem.message} Write the name instead.`;
  return data?.note ?? undefined;
}
