import { useEffect, useState } from "react";
import { request } from "@/components/results/request";

export interface WarehouseItem {
  id: string;
  name: string;
  engine: string;
}

export interface GateState {
  slots: number;
  paused: boolean;
  reason: string | null;
  running?: number;
  waiting?: number;
}

export function useWarehouses() {
  const [warehouses, setWarehouses] = useState<WarehouseItem[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    request<{ items: WarehouseItem[] }>("/api/v1/warehouses")
      .then((answer) => setWarehouses(answer.items))
      .catch((error: Error) => setProblem(error.message));
  }, []);
  return { warehouses, problem };
}

/** The gate of the chosen warehouse, looked at again while the page is in sight. */
export function useGate(warehouseId: string | undefined): GateState | null {
  const [gate, setGate] = useState<GateState | null>(null);
  useEffect(() => {
    setGate(null);
    if (!warehouseId) return;
    const controller = new AbortController();
    const look = () => {
      if (document.hidden) return;
      request<GateState>(`/api/v1/warehouses/${warehouseId}/gate`, { signal: controller.signal })
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
  }, [warehouseId]);
  return gate;
}
