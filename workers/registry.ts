import { reconcile } from "@/lib/gate/reconcile";
import type { QueuedWork } from "@/lib/jobs/job";
import { expireResults, sweepStore } from "@/lib/results/expire";
import { runWork } from "./handlers/run-work";
import type { RunningWork } from "./running-work";

/** What this process runs now. */
export interface Running {
  workerId: string;
  works: Set<RunningWork>;
}

/** What the queue brings. */
export const handlers = { work: (work: QueuedWork, running: Running) => runWork(work, running) };

/** What comes round; each is safe in several workers at once. */
export const rounds: { name: string; everyMs: number; run: () => Promise<unknown> }[] = [
  { name: "reconcile", everyMs: 2_000, run: reconcile },
  { name: "expire results", everyMs: 3_600_000, run: expireResults },
  { name: "sweep the store", everyMs: 24 * 3_600_000, run: () => sweepStore() },
];
