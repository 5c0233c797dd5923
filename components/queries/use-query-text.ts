"use client";

import { useCallback, useEffect, useState } from "react";
import type { QueryText, QueryView } from "@/lib/queries/schema";

interface Kept {
  /** The version that the text grew from. */
  version: number;
  text: QueryText;
}

export function textOf({ title, description, sql, parameters, tags }: QueryText): QueryText {
  return { title, description, sql: sql.replaceAll(/\r\n?/g, "\n"), parameters, tags };
}

/**
 * A query's text while somebody changes it. What is not saved yet is kept in this browser, with the version that it
 * grew from, so that a closed tab loses nothing and an old text is never taken for a new one.
 */
export function useQueryText(query: QueryView) {
  const key = `sluice-query-${query.id}`;
  const [kept, setKept] = useState<Kept>({ version: query.version, text: textOf(query) });
  const [found, setFound] = useState(false);
  useEffect(() => {
    const stored = read(key);
    if (!stored) return;
    setKept(stored);
    setFound(true);
  }, [key]);
  const change = useCallback(
    (part: Partial<QueryText>) =>
      setKept((before) => {
        const next = { ...before, text: { ...before.text, ...part } };
        keep(key, next);
        return next;
      }),
    [key],
  );
  /** Another text to go on from. */
  const begin = useCallback(
    (version: number, text: QueryText, dirty: boolean) => {
      const next = { version, text: textOf(text) };
      setKept(next);
      setFound(false);
      keep(key, dirty ? next : null);
    },
    [key],
  );
  return { ...kept, found, change, begin };
}

function keep(key: string, kept: Kept | null): void {
  try {
    if (kept) localStorage.setItem(key, JSON.stringify(kept));
    else localStorage.removeItem(key);
  } catch {
    // A full or forbidden storage only means that a closed tab would lose it.
  }
}

function read(key: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}
