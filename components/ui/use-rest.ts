"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/components/ui/api";
import { asProblem, type Problem } from "@/components/ui/problem";

export interface Rest<T> {
  data: T | undefined;
  /** Whether the data answers an earlier path, and this one's answer is still on its way. */
  stale: boolean;
  problem: Problem | undefined;
  reload: () => Promise<void>;
}

/**
 * Reads a REST path and, with `everyMs`, again and again while the page is seen. The last answer stays on a failure.
 * `initial` is the first path's answer where it came with the page, which then is not asked for. Without a path nothing is.
 */
export function useRest<T>(path: string | null, everyMs?: number, initial?: T): Rest<T> {
  const [answered, setAnswered] = useState<{ path: string | null; data: T } | undefined>(
    initial === undefined ? undefined : { path, data: initial },
  );
  const brought = useRef(initial === undefined ? null : path);
  const [problem, setProblem] = useState<Problem>();
  const current = useRef(path);
  current.current = path;
  const reload = useCallback(async () => {
    if (path === null) return;
    try {
      const answer = await api<T>("GET", path);
      // An answer for a path that is no longer shown is dropped.
      if (current.current !== path) return;
      setAnswered({ path, data: answer });
      setProblem(undefined);
    } catch (error) {
      if (current.current === path) setProblem(asProblem(error));
    }
  }, [path]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    // The next question waits for the answer to this one: a slow server is not asked faster than it answers.
    const look = async () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") await reload();
      if (everyMs && path !== null && !over) timer = setTimeout(look, everyMs);
    };
    const seen = () => {
      if (everyMs && document.visibilityState === "visible") void look();
    };
    if (brought.current !== path) void look();
    else if (everyMs) timer = setTimeout(look, everyMs);
    brought.current = null;
    document.addEventListener("visibilitychange", seen);
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [reload, everyMs, path]);
  return { data: answered?.data, stale: answered !== undefined && answered.path !== path, problem, reload };
}
