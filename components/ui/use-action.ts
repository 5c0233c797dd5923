"use client";

import { useRouter } from "next/navigation";
import { useCallback, useState } from "react";
import { asProblem, type Problem } from "@/components/ui/problem";

/** One change at a time: busy while it runs, its refusal kept to be shown in place, the page read anew after it. */
export function useAction() {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const run = useCallback(
    async <T>(change: () => Promise<T>): Promise<T | undefined> => {
      setBusy(true);
      setProblem(undefined);
      try {
        const answer = await change();
        router.refresh();
        return answer;
      } catch (error) {
        setProblem(asProblem(error));
        return undefined;
      } finally {
        setBusy(false);
      }
    },
    [router],
  );
  return { run, busy, problem, clear: useCallback(() => setProblem(undefined), []) };
}
