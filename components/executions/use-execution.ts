"use client";

import { useCallback, useEffect, useState } from "react";
import { api } from "@/components/ui/api";
import { asProblem, type Problem } from "@/components/ui/problem";
import type { ExecutionView } from "@/lib/executions/schema";

export function isFinal(state: string): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

/** The first page is readable while the rest arrives. */
export function hasRows(view: ExecutionView): boolean {
  if (view.expired || !view.columns?.length) return false;
  return view.state === "succeeded" || (view.state === "running" && (view.rowCount ?? 0) > 0);
}

/** What a page knows of an execution, and the way to stop it. */
export interface Followed {
  view: ExecutionView | null;
  problem: Problem | undefined;
  /** A stop was asked for and the warehouse has not confirmed it yet. */
  stopping: boolean;
  stop: () => Promise<void>;
}

/** Follows an execution to its end: by server-sent events, by long polling where a proxy swallows those. */
export function useExecution(id: string, initial?: ExecutionView): Followed {
  const [view, setView] = useState<ExecutionView | null>(initial ?? null);
  const [problem, setProblem] = useState<Problem>();
  const [asked, setAsked] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the server's first answer is a start, not a reason to begin again
  useEffect(() => {
    if (initial?.id === id && isFinal(initial.state)) {
      setView(initial);
      return;
    }
    const controller = new AbortController();
    const take = (next: ExecutionView) => {
      setView(next);
      setProblem(undefined);
      if (isFinal(next.state)) controller.abort();
    };
    follow(id, take, setProblem, controller.signal);
    return () => controller.abort();
  }, [id]);

  const stop = useCallback(async () => {
    setAsked(true);
    setProblem(undefined);
    try {
      await cancel(id);
    } catch (error) {
      setAsked(false);
      setProblem(asProblem(error));
    }
  }, [id]);

  const shown = view?.id === id ? view : null;
  const stopping = shown !== null && (asked || shown.stopping) && !isFinal(shown.state);
  return { view: shown, problem, stopping, stop };
}

export function cancel(id: string): Promise<unknown> {
  return api("POST", `/executions/${id}/cancel`, {});
}

type Take = (view: ExecutionView) => void;

function follow(id: string, take: Take, fail: (problem: Problem) => void, signal: AbortSignal): void {
  const events = new EventSource(`/api/v1/executions/${id}/events`);
  signal.addEventListener("abort", () => events.close());
  events.addEventListener("state", (event) => take(JSON.parse((event as MessageEvent<string>).data) as ExecutionView));
  events.onerror = () => {
    events.close();
    if (!signal.aborted) void poll(id, take, fail, signal);
  };
}

async function poll(id: string, take: Take, fail: (problem: Problem) => void, signal: AbortSignal): Promise<void> {
  let wait = 0;
  while (!signal.aborted) {
    try {
      take(await api<ExecutionView>("GET", `/executions/${id}?wait=${wait}`, undefined, { signal }));
      wait = 20;
      // A server that does not hold the request must not be asked in a tight loop.
      await pause(150);
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      fail(problem);
      if ([401, 403, 404].includes(problem.status)) return;
      await pause(2_000);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
