import { useEffect, useState } from "react";
import { api } from "@/components/ui/api";
import type { EstimateView } from "@/lib/connections/schema";
import type { Bound } from "./use-parameters";

const quietMs = 600;

/**
 * What the statement at the cursor would read, asked once nobody has typed for a moment. The last answer stands until the
 * next, so that nothing jumps; what cannot be read yet, or is not known, shows nothing.
 */
export function useEstimate(
  warehouse: string | undefined,
  text: string,
  bound: () => Bound | null,
): EstimateView | null {
  const [estimate, setEstimate] = useState<EstimateView | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `bound` reads what is there when the moment has passed
  useEffect(() => {
    const controller = new AbortController();
    if (!warehouse || !text.trim()) {
      setEstimate(null);
      return;
    }
    const timer = setTimeout(() => {
      const asked = bound();
      if (!asked) return setEstimate(null);
      api<EstimateView>("POST", `/warehouses/${warehouse}/estimate`, asked, { signal: controller.signal })
        .then((answer) => setEstimate(answer.state === "known" ? answer : null))
        // Nobody asked for it by hand, so nobody is told that it failed.
        .catch((error: Error) => error.name !== "AbortError" && setEstimate(null));
    }, quietMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [warehouse, text]);
  return estimate;
}
