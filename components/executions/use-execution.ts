"use client";

import { useCallback, useEffect, useState } from "react";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import type { ExecutionView } from "@/lib/executions/schema";

export function isFinal(state: string): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

/**
 * Follows an execution by its event stream until it ends; where a proxy cuts streams, by asking each second.
 * While another part of the page follows it and hands its views in by `setView`, this one keeps still.
 */
export function useExecution(initial: ExecutionView, followedElsewhere: (view: ExecutionView) => boolean) {
  const [view, setView] = useState(initial);
  const [stopping, setStopping] = useState(false);
  const [problem, setProblem] = useState<string>();
  const done = isFinal(view.state);
  const idle = done || followedElsewhere(view);

  useEffect(() => {
    if (idle) return;
    let timer: ReturnType<typeof setInterval> | undefined;
    const read = () =>
      api<ExecutionView>("GET", `/executions/${initial.id}`)
        .then((next) => {
          setView(next);
          setProblem(undefined);
        })
        .catch((error: unknown) => setProblem(asProblem(error).message));
    const events = new EventSource(`/api/v1/executions/${initial.id}/events`);
    events.addEventListener("state", (event) => {
      const next: unknown = JSON.parse((event as MessageEvent<string>).data);
      // Events may carry only what changes; what they leave out stays as it was.
      setView((before) => ({ ...before, ...(next as ExecutionView) }));
      setProblem(undefined);
    });
    events.onerror = () => {
      events.close();
      timer ??= setInterval(read, 1000);
    };
    return () => {
      events.close();
      clearInterval(timer);
    };
  }, [idle, initial.id]);

  const stop = useCallback(async () => {
    setStopping(true);
    setProblem(undefined);
    try {
      await api("POST", `/executions/${initial.id}/cancel`, {});
    } catch (error) {
      setStopping(false);
      setProblem(asProblem(error).message);
    }
  }, [initial.id]);

  return { view, setView, stop, stopping: (stopping || view.stopping) && !done, problem };
}
