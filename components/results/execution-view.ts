import type { ResultColumn } from "./column-layout";

export interface ExecutionError {
  code: string;
  message: string;
  line?: number | null;
  column?: number | null;
  hint?: string | null;
}

/** What a result's view reads of GET /executions/{id}. */
export interface ExecutionView {
  id: string;
  url: string;
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
  waiting?: {
    position: number | null;
    reason: string | null;
    heldBy?: string | null;
    estimateSeconds?: number | null;
  } | null;
  columns?: ResultColumn[] | null;
  rowCount?: number | null;
  truncated?: boolean;
  limitedBy?: string | null;
  timings?: { queuedMs?: number | null; runMs?: number | null } | null;
  error?: ExecutionError | null;
  sql?: string;
  warehouse?: { id: string; name: string };
  user?: { id: string; name: string };
  submittedAt?: string;
  startedAt?: string | null;
  finishedAt?: string | null;
  stopReason?: string | null;
  expired?: { at: string; by: string | null } | null;
  timeZone?: string;
}

export function isFinished(view: Pick<ExecutionView, "state">): boolean {
  return view.state === "succeeded" || view.state === "failed" || view.state === "cancelled";
}

/** How long the statement ran, or has run; null before it started. */
export function runMs(view: ExecutionView): number | null {
  if (!view.startedAt) return null;
  const end = view.finishedAt ? Date.parse(view.finishedAt) : Date.now();
  return Math.max(0, end - Date.parse(view.startedAt));
}
