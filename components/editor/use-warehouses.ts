import { useEffect, useState } from "react";
import { api } from "@/components/ui/api";
import type { GateView } from "@/lib/gate/schema";

export interface WarehouseItem {
  id: string;
  name: string;
  engine: string;
}

export function useWarehouses() {
  const [warehouses, setWarehouses] = useState<WarehouseItem[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    api<{ items: WarehouseItem[] }>("GET", "/warehouses")
      .then((answer) => setWarehouses(answer.items))
      .catch((error: Error) => setProblem(error.message));
  }, []);
  return { warehouses, problem };
}

/**
 * The gate of the chosen warehouse, looked at again while the page is in sight.
 * @param stir looked at anew when it changes: a run of one's own begins or ends
 */
export function useGate(warehouseId: string | undefined, stir?: unknown): GateView | null {
  const [gate, setGate] = useState<GateView | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another warehouse's gate must not stand beside this one's name
  useEffect(() => setGate(null), [warehouseId]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `stir` asks for a look, whatever it is
  useEffect(() => {
    if (!warehouseId) return;
    const controller = new AbortController();
    const look = () => {
      if (document.hidden) return;
      api<GateView>("GET", `/warehouses/${warehouseId}/gate`, undefined, { signal: controller.signal })
        .then(setGate)
        // Without the right to see the gate the picker just has no state beside it.
        .catch(() => undefined);
    };
    look();
    const timer = setInterval(look, 10_000);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [warehouseId, stir]);
  return gate;
}
