import { useCallback, useMemo, useState } from "react";
import { type ExecutionView, isFinished } from "@/components/results/execution-view";
import { RequestError, request } from "@/components/results/request";
import type { EditorMark } from "./sql-editor";
import { errorOffset, type Statement } from "./statement-at";

/** One statement of what was run last in a tab. */
export interface Run {
  executionId: string;
  /** Where it stood in the tab; null for one that came by the URL. */
  statement: Statement | null;
  view: ExecutionView | null;
}

interface Submitted {
  id: string;
  executions?: { id: string }[];
}

const NO_RUNS: Run[] = [];

export function useRuns(tab: string | undefined) {
  const [byTab, setByTab] = useState<Record<string, Run[]>>({});
  const [submitting, setSubmitting] = useState(false);
  const [problem, setProblem] = useState<RequestError | null>(null);
  const runs = (tab && byTab[tab]) || NO_RUNS;

  const show = useCallback((inTab: string, next: Run[]) => setByTab((all) => ({ ...all, [inTab]: next })), []);

  const submit = useCallback(
    async (inTab: string, warehouse: string, statements: Statement[]): Promise<string | null> => {
      setSubmitting(true);
      setProblem(null);
      try {
        const timeZone = "UTC";
        const [first] = statements;
        const body =
          statements.length === 1 && first
            ? { warehouse, timeZone, sql: first.text }
            : { warehouse, timeZone, batch: statements.map(({ text }) => ({ sql: text })) };
        const answer = await request<Submitted>("/api/v1/executions", { method: "POST", body });
        const ids = answer.executions?.map(({ id }) => id) ?? [answer.id];
        show(
          inTab,
          ids.map((executionId, index) => ({ executionId, statement: statements[index] ?? null, view: null })),
        );
        return ids[0] ?? null;
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        setProblem(error);
        return null;
      } finally {
        setSubmitting(false);
      }
    },
    [show],
  );

  const note = useCallback(
    (view: ExecutionView) =>
      setByTab((all) =>
        Object.fromEntries(
          Object.entries(all).map(([key, list]) => [
            key,
            list.map((run) => (run.executionId === view.id ? { ...run, view } : run)),
          ]),
        ),
      ),
    [],
  );

  const stop = useCallback(async () => {
    const unfinished = runs.filter((run) => !run.view || !isFinished(run.view));
    await Promise.allSettled(
      unfinished.map((run) => request(`/api/v1/executions/${run.executionId}/cancel`, { method: "POST", body: {} })),
    );
  }, [runs]);

  const marks = useMemo(() => runs.flatMap(markOf), [runs]);
  return { runs, marks, submitting, problem, submit, show, note, stop, clearProblem: () => setProblem(null) };
}

function markOf({ view, statement }: Run): EditorMark[] {
  const error = view?.error;
  if (!error || !statement) return [];
  const offset = error.line ? errorOffset(statement, error.line, error.column ?? 1) : statement.start;
  return [{ offset, message: error.message }];
}
