"use client";

import { useState } from "react";
import { ChartPanel } from "@/components/charts/chart-panel";
import { SaveChartDialog } from "@/components/charts/save-chart-dialog";
import { SavedCharts } from "@/components/charts/saved-charts";
import type { ChartSpec, ChartSpecInput, ChartView } from "@/lib/charts/schema";
import type { ExecutionView } from "@/lib/executions/schema";

interface Props {
  view: ExecutionView;
  spec: ChartSpecInput | null;
  settled: boolean;
  /** Where it came with the page. */
  drawn: ChartView | null;
  maySave: boolean;
  onSpec(spec: ChartSpec): void;
}

/** A result as a chart: drawn, changed, and kept at an address of its own. */
export function ChartTab({ view, spec, settled, drawn, maySave, onSpec }: Props) {
  const [saving, setSaving] = useState<ChartSpec | null>(null);
  const { query } = view;
  return (
    <>
      <SavedCharts of={query ? "query" : "execution"} id={query?.id ?? view.id} />
      <ChartPanel
        executionId={view.id}
        columns={view.columns ?? []}
        spec={spec}
        settled={settled}
        drawn={drawn}
        onSpec={onSpec}
        onSave={maySave ? setSaving : undefined}
        timeZone={view.timeZone}
        title={query?.title}
      />
      <SaveChartDialog spec={saving} executionId={view.id} query={query} onClose={() => setSaving(null)} />
    </>
  );
}
