"use client";

import { useMemo, useState } from "react";
import { type Complaint, complaintOf } from "@/components/editor/use-runs";
import { cancel } from "@/components/executions/use-execution";
import type { Given } from "@/components/queries/parameter-form";
import { withoutUndefined } from "@/components/queries/use-values";
import { api } from "@/components/ui/api";
import { asProblem, type Problem } from "@/components/ui/problem";
import type { ExecutionView } from "@/lib/executions/schema";
import { applyOptional, readValues } from "@/lib/queries/parameters";
import type { Parameter } from "@/lib/queries/schema";

/** Runs a text that is not saved yet, with values by its declarations as they stand. */
export function useTry(
  { id: warehouse, engine }: { id: string; engine: string },
  text: { sql: string; parameters: Parameter[] },
  zone: string,
) {
  const [given, setGiven] = useState<Given>({});
  const [sent, setSent] = useState<{ id: string; sql: string }>();
  const [view, setView] = useState<ExecutionView | null>(null);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const declared = text.parameters;
  const read = useMemo(() => {
    const own = Object.fromEntries(Object.entries(given).filter(([name]) => declared.some((one) => one.name === name)));
    return readValues(declared, withoutUndefined(own), { now: new Date(), timeZone: zone });
  }, [declared, given, zone]);
  const run = async () => {
    setProblem(undefined);
    if (busy || read.problems.length > 0) return;
    setBusy(true);
    try {
      const { values: parameters } = read;
      // Places in this text are places in the editor's: what is left out leaves blanks.
      const sql = applyOptional(text.sql, parameters, engine);
      const { id } = await api<{ id: string }>("POST", "/executions", { warehouse, sql, parameters, timeZone: zone });
      setSent({ id, sql: text.sql });
      setView(null);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const complaints = useMemo<Complaint[]>(() => {
    if (!sent || view?.id !== sent.id) return [];
    const statement = { text: sent.sql, start: 0, end: sent.sql.length };
    return complaintOf({ executionId: sent.id, statement, view });
  }, [sent, view]);
  return {
    given,
    problems: Object.fromEntries(read.problems.map(({ field, message }) => [field, message])),
    executionId: sent?.id,
    complaints,
    problem,
    busy,
    run,
    stop: () => void (sent && cancel(sent.id).catch(() => undefined)),
    set: (name: string, value: string | string[]) => setGiven((before) => ({ ...before, [name]: value })),
    note: setView,
  };
}
