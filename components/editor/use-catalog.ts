import { useCallback, useEffect, useState } from "react";
import { api } from "@/components/ui/api";
import type { CatalogTable } from "@/lib/completion/schema";

export interface Catalog {
  fetchedAt: string;
  /** The warehouse is paused, so what is kept cannot be read anew. */
  paused: boolean;
  tables: CatalogTable[];
}

/** Read once a warehouse and page; by hand afterwards. */
const kept = new Map<string, Catalog>();

export function useCatalog(warehouseId: string | undefined) {
  const [catalog, setCatalog] = useState<Catalog | null>(null);
  const [loading, setLoading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const load = useCallback(
    async (refresh: boolean) => {
      if (!warehouseId) return;
      setLoading(true);
      setProblem(null);
      try {
        const answer = await api<Catalog>("GET", `/warehouses/${warehouseId}/tables${refresh ? "?refresh=1" : ""}`);
        kept.set(warehouseId, answer);
        setCatalog(answer);
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      } finally {
        setLoading(false);
      }
    },
    [warehouseId],
  );

  useEffect(() => {
    const known = warehouseId ? kept.get(warehouseId) : undefined;
    setCatalog(known ?? null);
    if (!known) void load(false);
  }, [warehouseId, load]);

  return { catalog, loading, problem, refresh: () => void load(true) };
}
