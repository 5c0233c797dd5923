"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/components/ui/api";
import { asProblem, type Problem } from "@/components/ui/problem";

export interface Rest<T> {
  data: T | undefined;
  problem: Problem | undefined;
  reload: () => Promise<void>;
}

/** Reads a REST path and, with `everyMs`, again and again while the page is seen. The last answer stays on a failure. */
export function useRest<T>(path: string, everyMs?: number): Rest<T> {
  const [data, setData] = useState<T>();
  const [problem, setProblem] = useState<Problem>();
  const current = useRef(path);
  current.current = path;
  const reload = useCallback(async () => {
    try {
      const answer = await api<T>("GET", path);
      // An answer for a path that is no longer shown is dropped.
      if (current.current !== path) return;
      setData(answer);
      setProblem(undefined);
    } catch (error) {
      if (current.current === path) setProblem(asProblem(error));
    }
  }, [path]);
  useEffect(() => {
    void reload();
    if (!everyMs) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return { data, problem, reload };
}
