"use client";

import { Skeleton } from "@mantine/core";
import dynamic from "next/dynamic";
import { Dialog } from "@/components/ui/dialog";
import type { ChartSpec } from "@/lib/charts/schema";

const SaveChartForm = dynamic(() => import("@/components/charts/save-chart-form").then((form) => form.SaveChartForm), {
  ssr: false,
  loading: () => <Skeleton height={180} radius={6} />,
});

interface Props {
  /** What is to be kept; null closes the dialog. */
  spec: ChartSpec | null;
  executionId: string;
  query: { id: string; title: string } | null;
  onClose: () => void;
}

/** Gives a chart a title and an address of its own. */
export function SaveChartDialog({ spec, onClose, ...rest }: Props) {
  return (
    <Dialog opened={spec !== null} onClose={onClose} title="Save chart" centered>
      {spec ? <SaveChartForm {...rest} spec={spec} onClose={onClose} /> : null}
    </Dialog>
  );
}
