import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { cancel, isFinal } from "@/components/executions/use-execution";
import { api } from "@/components/ui/api";
import { asProblem, type Problem } from "@/components/ui/problem";
import type { ExecutionView } from "@/lib/executions/schema";
import { errorOffset, type Statement } from "./statement-at";
import type { Bound } from "./use-parameters";

/** One statement of what was run last in a tab. */
export interface Run {
  executionId: string;
  /** Where it stood in the tab; null for one that came by the URL. */
  statement: Statement | null;
  view: ExecutionView | null;
}

/** An engine's complaint about a statement that was sent. */
export interface Complaint {
  statement: Statement;
  /** Offset in the statement's text; null where the engine gave no place. */
  offset: number | null;
  message: string;
}

interface Submitted {
  id: string;
  executions?: { id: string }[];
}

const NO_RUNS: Run[] = [];
const lookEveryMs = 20_000;

/** What was run in each tab since the page was opened, and the way to run more and to stop it. */
export function useRuns(tab: string | undefined) {
  const [byTab, setByTab] = useState<Record<string, Run[]>>({});
  const [submitting, setSubmitting] = useState(false);
  const [stopping, setStopping] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const runs = (tab && byTab[tab]) || NO_RUNS;
  const unfinished = useMemo(() => runs.filter((run) => !run.view || !isFinal(run.view.state)), [runs]);

  const show = useCallback((inTab: string, executionIds: string[], statements: Statement[] = []) => {
    setStopping(false);
    setByTab((all) => ({
      ...all,
      [inTab]: executionIds.map((executionId, at) => ({ executionId, statement: statements[at] ?? null, view: null })),
    }));
  }, []);

  const submit = useCallback(
    async (
      inTab: string,
      warehouse: string,
      timeZone: string,
      statements: Statement[],
      bound: Bound[],
    ): Promise<string | null> => {
      setSubmitting(true);
      setProblem(null);
      try {
        const [first] = bound;
        const body =
          bound.length === 1 && first ? { warehouse, timeZone, ...first } : { warehouse, timeZone, batch: bound };
        const answer = await api<Submitted>("POST", "/executions", body);
        const ids = answer.executions?.map(({ id }) => id) ?? [answer.id];
        show(inTab, ids, statements);
        return ids[0] ?? null;
      } catch (error) {
        setProblem(asProblem(error));
        return null;
      } finally {
        setSubmitting(false);
      }
    },
    [show],
  );

  const note = useCallback(
    (view: ExecutionView) =>
      setByTab((all) => Object.fromEntries(Object.entries(all).map(([key, list]) => [key, noted(list, view)]))),
    [],
  );

  useWatch(byTab, tab, note);

  const stop = useCallback(async () => {
    if (unfinished.length === 0) return;
    setStopping(true);
    const answers = await Promise.allSettled(unfinished.map((run) => cancel(run.executionId)));
    const refused = answers.find((answer) => answer.status === "rejected");
    if (refused) {
      setStopping(false);
      setProblem(asProblem(refused.reason));
    }
  }, [unfinished]);

  const complaints = useMemo(() => runs.flatMap(complaintOf), [runs]);
  const running = submitting || unfinished.length > 0;
  return { runs, complaints, running, submitting, stopping: stopping && running, problem, submit, show, note, stop };
}

/**
 * Runs of other tabs go on while one works in this one: now and then each is asked how it stands, so that a warehouse
 * that ends what nobody watches knows that it is waited for. Those of this tab are followed where they are shown.
 */
function useWatch(byTab: Record<string, Run[]>, tab: string | undefined, note: (view: ExecutionView) => void): void {
  const others = useRef<string[]>([]);
  useEffect(() => {
    others.current = Object.entries(byTab).flatMap(([key, runs]) =>
      key === tab ? [] : runs.filter(({ view }) => !view || !isFinal(view.state)).map((run) => run.executionId),
    );
  }, [byTab, tab]);
  useEffect(() => {
    const look = (id: string) => api<ExecutionView>("GET", `/executions/${id}`).then(note, () => undefined);
    const timer = setInterval(() => void Promise.all(others.current.map(look)), lookEveryMs);
    return () => clearInterval(timer);
  }, [note]);
}

/** The same list with the newer view; one that came by its link brings the rest of its batch along. */
function noted(list: Run[], view: ExecutionView): Run[] {
  if (!list.some((run) => run.executionId === view.id)) return list;
  const known = new Set(list.map((run) => run.executionId));
  const batch = view.batch.filter(({ id }) => !known.has(id));
  const all = [...list, ...batch.map(({ id }) => ({ executionId: id, statement: null, view: null }))];
  const place = new Map(view.batch.map(({ id, position }) => [id, position]));
  return all
    .map((run) => (run.executionId === view.id ? { ...run, view } : run))
    .sort((a, b) => (place.get(a.executionId) ?? 0) - (place.get(b.executionId) ?? 0));
}

/** What the engine had to say against a run that failed. */
export function complaintOf({ view, statement }: Run): Complaint[] {
  const error = view?.error;
  if (!error || !statement) return [];
  const offset = error.line ? errorOffset(statement.text, error.line, error.column ?? 1) : null;
  return [{ statement, offset, message: error.message }];
}
