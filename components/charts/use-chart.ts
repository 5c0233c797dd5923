"use client";

import { type Rest, useRest } from "@/components/ui/use-rest";
import type { ChartSpecInput, ChartView } from "@/lib/charts/schema";

/** `drawn` is what came with the page. What is to be drawn of an execution's rows; while another spec is computed the last drawing stays. */
export function useChart(executionId: string, spec: ChartSpecInput | null, drawn?: ChartView): Rest<ChartView> {
  const query = spec ? `?spec=${encodeURIComponent(JSON.stringify(spec))}` : "";
  return useRest<ChartView>(`/executions/${executionId}/chart${query}`, undefined, drawn);
}
