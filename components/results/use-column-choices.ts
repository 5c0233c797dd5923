import { useCallback, useEffect, useState } from "react";
import { type ColumnChoices, initialChoices, type ResultColumn } from "./column-layout";

/** Remembered in this browser by the columns' names, so that the next run of the same SQL looks the same. */
export function useColumnChoices(columns: ResultColumn[]) {
  const key = `sluice.columns.${columns.map((column) => column.name).join("\u0001")}`;
  const [choices, setChoices] = useState(() => initialChoices(columns));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the comment at its end says why
  useEffect(() => {
    setChoices(read(key, columns.length) ?? initialChoices(columns));
    // The names are the identity; the array is new with every answer.
  }, [key]);
  const change = useCallback(
    (next: ColumnChoices) => {
      setChoices(next);
      if (key.length > 4_000) return;
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // A full or forbidden storage costs only the memory of it.
      }
    },
    [key],
  );
  return [choices.order.length === columns.length ? choices : initialChoices(columns), change] as const;
}

function read(key: string, count: number): ColumnChoices | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null") as ColumnChoices | null;
    return kept?.order?.length === count ? kept : null;
  } catch {
    return null;
  }
}
