"use client";

import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { api } from "@/components/ui/api";
import type { LintView, Problem } from "@/lib/pipelines/schema";

export interface Linted {
  /** Of the text as it was then; null before the first answer. */
  problems: Problem[] | null;
  /** The text that they are about. */
  text: string | null;
}

/** What the server finds wrong with a text, soon after it was typed. The last answer stays until the next. */
export function useLint(text: string): Linted {
  const [asked] = useDebouncedValue(text, 350);
  const [found, setFound] = useState<Linted>({ problems: null, text: null });
  useEffect(() => {
    const over = new AbortController();
    lintOf(asked, over.signal).then(
      (problems) => setFound({ problems, text: asked }),
      // Publishing says it again; a form must not be in the way of typing.
      () => undefined,
    );
    return () => over.abort();
  }, [asked]);
  return found;
}

async function lintOf(text: string, signal?: AbortSignal): Promise<Problem[]> {
  const { problems } = await api<LintView>("POST", "/pipelines/lint", text, { signal, type: "application/yaml" });
  return problems;
}

/** Those of one stage, with their places below a part of it: `params`, `inputs`. */
export function problemsAt(problems: Problem[], at: number, part: string) {
  const start = `/stages/${at}/${part}`;
  return problems.flatMap(({ field, ...rest }) =>
    field === start || field.startsWith(`${start}/`) ? [{ ...rest, pointer: field.slice(start.length) }] : [],
  );
}

/** What is said of one place, as a form's field shows it. */
export function saidAt(problems: Problem[], field: string): string | undefined {
  const said = problems
    .filter((one) => one.severity === "error" && (one.field === field || one.field.startsWith(`${field}/`)))
    .map(({ message, fix }) => `${message} ${fix}`);
  return said.length > 0 ? [...new Set(said)].join(" ") : undefined;
}
