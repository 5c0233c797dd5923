import { useEffect, useState } from "react";
import { type ExecutionView, isFinished } from "./execution-view";
import { RequestError, request } from "./request";

/** Follows an execution to its end: by server-sent events, by long polling where a proxy swallows those. */
export function useExecution(id: string, initial?: ExecutionView) {
  const [view, setView] = useState<ExecutionView | null>(initial ?? null);
  const [problem, setProblem] = useState<RequestError | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the comment at its end says why
  useEffect(() => {
    if (initial?.id === id && isFinished(initial)) {
      setView(initial);
      return;
    }
    const controller = new AbortController();
    const take = (next: ExecutionView) => {
      setView(next);
      setProblem(null);
      if (isFinished(next)) controller.abort();
    };
    follow(id, take, setProblem, controller.signal);
    return () => controller.abort();
    // The server's first answer is a start, not a reason to begin again.
  }, [id]);

  return { view: view?.id === id ? view : null, problem };
}

type Take = (view: ExecutionView) => void;

function follow(id: string, take: Take, fail: (problem: RequestError) => void, signal: AbortSignal): void {
  const path = `/api/v1/executions/${id}`;
  const events = new EventSource(`${path}/events`);
  signal.addEventListener("abort", () => events.close());
  events.addEventListener("state", (event) => take(JSON.parse((event as MessageEvent<string>).data) as ExecutionView));
  events.onerror = () => {
    events.close();
    if (!signal.aborted) void poll(path, take, fail, signal);
  };
}

async function poll(
  path: string,
  take: Take,
  fail: (problem: RequestError) => void,
  signal: AbortSignal,
): Promise<void> {
  let wait = 0;
  while (!signal.aborted) {
    try {
      const view = await request<ExecutionView>(`${path}?wait=${wait}`, { signal });
      take(view);
      wait = 20;
      // A server that does not hold the request must not be asked in a tight loop.
      await pause(150);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof RequestError) fail(error);
      if (error instanceof RequestError && [401, 403, 404].includes(error.status)) return;
      await pause(2_000);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
