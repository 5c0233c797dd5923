import { useEffect, useState } from "react";
import { api } from "@/components/ui/api";

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
