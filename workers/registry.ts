import { hostname } from "node:os";
import path from "node:path";
import { makeAuditMonths } from "@/lib/access/audit-months";
import { forgetOldKeys } from "@/lib/access/idempotency-keys";
import { endOldViews } from "@/lib/access/view-as";
import { someBoardStands } from "@/lib/boards/some-board";
import { measureDisks } from "@/lib/disks/measure-disks";
import { finishErasures } from "@/lib/erasures/remove-files";
import { forgetLostCallbacks, tellCallbacks } from "@/lib/executions/tell-callbacks";
import { sweepFiles } from "@/lib/files/sweep";
import { reconcile } from "@/lib/gate/reconcile";
import { sampleWarehouses } from "@/lib/gate/sample";
import { forgetOldNotices } from "@/lib/inbox/forget-notices";
import type { QueuedAttempt, QueuedWork } from "@/lib/jobs/job";
import { sweepLakes } from "@/lib/lake/sweep";
import { forgetOldMails, sendMails } from "@/lib/mail/send-mails";
import { env } from "@/lib/platform/env";
import { expireResults, sweepStore } from "@/lib/results/expire";
import { keepToBudget } from "@/lib/results/keep-to-budget";
import { endWorkOfTokens } from "@/lib/runs/ended-tokens";
import { expireArtifacts } from "@/lib/runs/expire-artifacts";
import { expireLogs } from "@/lib/runs/expire-logs";
import { forgetTries } from "@/lib/runs/forget-tries";
import { reconcileRuns } from "@/lib/runs/move-on";
import { sweepArtifacts } from "@/lib/runs/sweep-artifacts";
import { someEndIsUntold } from "@/lib/runs/untold";
import { sweepPackages } from "@/lib/runtimes/packages";
import { someRunIsUntold, someSlotIsDue } from "@/lib/triggers/due";
import { sweepUploads } from "@/lib/uploads/sweep";
import { countUsage } from "@/lib/usage/count-usage";
import { forgetOldWebhooks, sendWebhooks } from "@/lib/webhooks/send-webhooks";
import { runAttempt } from "./handlers/run-attempt";
import { runWork } from "./handlers/run-work";
import type { RunningWork } from "./running-work";
import type { OwnAttempt } from "./stages/own-attempt";
import { sweepStages } from "./stages/sweep";

/** What this process runs now. */
export interface Running {
  workerId: string;
  works: Set<RunningWork>;
  attempts: Set<OwnAttempt>;
  /** Host and folder: where programs of its attempts and their files are. */
  readonly place: string;
  /** Of all work in its hands, from before the database knows until it knows the end. */
  leases: Set<string>;
  /** Set when it shuts down: it takes no more. */
  ending: boolean;
}

export const newRunning = (workerId: string): Running => ({
  workerId,
  works: new Set(),
  attempts: new Set(),
  get place() {
    return `${hostname()} ${path.resolve(env().SLUICE_HOME)}`;
  },
  leases: new Set(),
  ending: false,
});

/** What the queue brings. */
export const handlers = {
  work: (work: QueuedWork, running: Running) => runWork(work, running),
  attempt: (attempt: QueuedAttempt, running: Running) => runAttempt(attempt, running),
};

/**
 * What comes round; each is safe in several workers at once. What needs Prisma is loaded when there is something to do:
 * it takes 70 MiB of a worker that does nothing else with it, and more time a second than a statement that looks.
 */
export const rounds: { name: string; everyMs: number; run: () => Promise<unknown> }[] = [
  { name: "reconcile", everyMs: 2_000, run: reconcile },
  { name: "end what ended tokens asked for", everyMs: 5_000, run: () => endWorkOfTokens() },
  { name: "move runs on", everyMs: 1_000, run: reconcileRuns },
  { name: "sample warehouses", everyMs: 2_000, run: sampleWarehouses },
  { name: "fire triggers", everyMs: 1_000, run: fire },
  { name: "tell of scheduled ends", everyMs: 2_000, run: tell },
  { name: "tell of ended runs", everyMs: 2_000, run: tellRuns },
  { name: "tell of ended executions", everyMs: 1_000, run: tellCallbacks },
  { name: "send mail", everyMs: 2_000, run: sendMails },
  { name: "send webhooks", everyMs: 2_000, run: sendWebhooks },
  { name: "forget old webhooks", everyMs: 24 * 3_600_000, run: forgetOldWebhooks },
  { name: "forget lost callbacks", everyMs: 24 * 3_600_000, run: forgetLostCallbacks },
  { name: "forget old notices", everyMs: 24 * 3_600_000, run: forgetOldNotices },
  { name: "forget old mail", everyMs: 24 * 3_600_000, run: forgetOldMails },
  { name: "end views as others", everyMs: 60_000, run: endOldViews },
  { name: "forget idempotency keys", everyMs: 3_600_000, run: forgetOldKeys },
  { name: "expire results", everyMs: 3_600_000, run: () => keepBoards().then(expireResults) },
  { name: "keep results to their budget", everyMs: 600_000, run: withinBudget },
  { name: "expire artifacts and logs of runs", everyMs: 600_000, run: expireRuns },
  { name: "sweep what stages left", everyMs: 600_000, run: sweepStages },
  { name: "drop packages that no stage wants", everyMs: 3_600_000, run: () => sweepPackages() },
  { name: "measure disks", everyMs: 3_600_000, run: measureDisks },
  { name: "finish erasures", everyMs: 300_000, run: finishErasures },
  { name: "sweep the store", everyMs: 24 * 3_600_000, run: () => sweepStore() },
  { name: "forget tries", everyMs: 3_600_000, run: forgetTries },
  { name: "sweep uploads", everyMs: 24 * 3_600_000, run: () => sweepUploads() },
  { name: "sweep artifacts", everyMs: 24 * 3_600_000, run: () => sweepArtifacts() },
  { name: "sweep files", everyMs: 24 * 3_600_000, run: () => sweepFiles() },
  { name: "sweep lakes", everyMs: 3_600_000, run: () => sweepLakes() },
  { name: "make the audit log’s next months", everyMs: 24 * 3_600_000, run: makeAuditMonths },
  { name: "count usage", everyMs: 60_000, run: countUsage },
];

async function fire(): Promise<void> {
  if (await someSlotIsDue()) await (await import("@/lib/triggers/fire")).fireTriggers();
}

async function tell(): Promise<void> {
  if (await someRunIsUntold()) await (await import("@/lib/triggers/tell")).tellOfEnds();
}

async function tellRuns(): Promise<void> {
  if (await someEndIsUntold()) await (await import("@/lib/runs/tell")).tellOfRuns();
}

async function expireRuns(): Promise<void> {
  await expireArtifacts();
  await expireLogs();
}

async function withinBudget(): Promise<void> {
  if (env().RESULTS_MAX_BYTES === undefined) return;
  await keepBoards();
  await keepToBudget();
}

async function keepBoards(): Promise<void> {
  if (await someBoardStands()) await (await import("@/lib/boards/keep-answers")).keepBoardAnswers();
}
