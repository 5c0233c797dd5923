"use client";

import { useEffect, useState } from "react";
import { isOver } from "@/components/runs/run-words";
import { api } from "@/components/ui/api";
import { asProblem, type Problem as Refused } from "@/components/ui/problem";
import { useRest } from "@/components/ui/use-rest";
import type { Problem } from "@/lib/pipelines/schema";
import type { RunView, StartedRun } from "@/lib/runs/schema";

export interface Try {
  run: RunView | undefined;
  busy: boolean;
  /** How many tries were asked for on this page, those that were refused too. */
  begun: number;
  /** The draft that was tried last; null of a try that the address alone knows. */
  text: string | null;
  /** Whether the draft is another than the one that was tried. */
  changed: boolean;
  /** Why nothing was begun, or cannot be looked at; of what the check found there is a list. */
  refused: { message: string; problems: Problem[] } | null;
  /** `rows: null` is all of them, and says what the writers would do; `until` is the last stage. */
  begin: (rows: number | null, until: string | null) => Promise<void>;
  cancel: () => Promise<void>;
  /** What was refused is looked at no more. */
  forget: () => void;
}

const lookAgainMs = 1_000;

/** A try of the draft, which writes nothing. Its run stands in the address, so that a reload shows the same. */
export function useTry(text: string, id: string | null, setId: (id: string | null) => void): Try {
  const [busy, setBusy] = useState(false);
  const [begun, setBegun] = useState(0);
  const [refused, setRefused] = useState<Try["refused"]>(null);
  const [tried, setTried] = useState<string | null>(null);
  const [ended, setEnded] = useState<string | null>(null);
  const { data, problem, stale } = useRest<RunView>(id && `/runs/${id}`, ended === id ? undefined : lookAgainMs);
  const run = id && !stale ? data : undefined;
  const over = run && isOver(run.state) ? run.id : null;
  useEffect(() => {
    if (over) setEnded(over);
  }, [over]);
  const attempt = async (act: () => Promise<void>) => {
    setBusy(true);
    setRefused(null);
    try {
      await act();
    } catch (error) {
      setRefused(refusalOf(asProblem(error)));
    } finally {
      setBusy(false);
    }
  };
  return {
    run,
    busy,
    begun,
    text: tried,
    changed: tried !== null && tried !== text,
    refused: refused ?? (id && !run && problem ? refusalOf(problem) : null),
    begin: (rows, until) =>
      attempt(async () => {
        const body = { document: text, rows, ...(until ? { until } : {}) };
        const started = await api<StartedRun>("POST", "/pipelines/try", body);
        setTried(text);
        setId(started.id);
      }).finally(() => setBegun((times) => times + 1)),
    forget: () => setRefused(null),
    cancel: () => attempt(async () => void (await api("POST", `/runs/${id}/cancel`, {}))),
  };
}

const refusalOf = (problem: Refused) => ({
  message: problem.message,
  problems: (problem.details.problems ?? []) as Problem[],
});
