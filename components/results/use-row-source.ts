import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { api } from "@/components/ui/api";
import { type RowPage, RowSource } from "./row-source";

/**
 * Rows of one view. While a new view's first page is on its way the last one stays on screen (`stale`).
 * @param revision changes when the same execution has more to read: its head while it runs, then all of it
 */
export function useRowSource(executionId: string, query: string, revision: string) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision is read anew under the same address
  const source = useMemo(
    () =>
      new RowSource((offset, limit, signal) =>
        api<RowPage>(
          "GET",
          `/executions/${executionId}/rows?offset=${offset}&limit=${limit}${query ? `&${query}` : ""}`,
          undefined,
          { signal },
        ),
      ),
    [executionId, query, revision],
  );
  useSyncExternalStore(
    source.subscribe,
    () => source.version,
    () => 0,
  );
  const lastGood = useRef<RowSource | null>(null);
  useEffect(() => {
    source.want(0, 60);
    return () => source.close();
  }, [source]);
  useEffect(() => {
    if (source.total !== null) lastGood.current = source;
  });
  const stale = source.total === null && lastGood.current !== null;
  const shown = stale && lastGood.current ? lastGood.current : source;
  return { source, shown, stale };
}

/** Milliseconds since `active` became true, counted on screen; null while it is not. */
export function useElapsed(active: boolean, since?: number): number | null {
  const [elapsed, setElapsed] = useState<number | null>(null);
  useEffect(() => {
    if (!active) {
      setElapsed(null);
      return;
    }
    const start = since ?? Date.now();
    const tick = () => setElapsed(Date.now() - start);
    tick();
    const timer = setInterval(tick, 100);
    return () => clearInterval(timer);
  }, [active, since]);
  return elapsed;
}
