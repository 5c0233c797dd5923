import { forgetOldKeys } from "@/lib/access/idempotency-keys";
import { keepBoardAnswers } from "@/lib/boards/keep-answers";
import { reconcile } from "@/lib/gate/reconcile";
import type { QueuedWork } from "@/lib/jobs/job";
import { forgetOldMails, sendMails } from "@/lib/mail/send-mails";
import { expireResults, sweepStore } from "@/lib/results/expire";
import { fireTriggers } from "@/lib/triggers/fire";
import { tellOfEnds } from "@/lib/triggers/tell";
import { sweepUploads } from "@/lib/uploads/sweep";
import { forgetOldWebhooks, sendWebhooks } from "@/lib/webhooks/send-webhooks";
import { runWork } from "./handlers/run-work";
import type { RunningWork } from "./running-work";

/** What this process runs now. */
export interface Running {
  workerId: string;
  works: Set<RunningWork>;
  /** Of all work in its hands, from before the database knows until it knows the end. */
  leases: Set<string>;
  /** Set when it shuts down: it takes no more. */
  ending: boolean;
}

export const newRunning = (workerId: string): Running => ({
  workerId,
  works: new Set(),
  leases: new Set(),
  ending: false,
});

/** What the queue brings. */
export const handlers = { work: (work: QueuedWork, running: Running) => runWork(work, running) };

/** What comes round; each is safe in several workers at once. */
export const rounds: { name: string; everyMs: number; run: () => Promise<unknown> }[] = [
  { name: "reconcile", everyMs: 2_000, run: reconcile },
  { name: "fire triggers", everyMs: 1_000, run: fireTriggers },
  { name: "tell of scheduled ends", everyMs: 2_000, run: tellOfEnds },
  { name: "send mail", everyMs: 2_000, run: sendMails },
  { name: "send webhooks", everyMs: 2_000, run: sendWebhooks },
  { name: "forget old webhooks", everyMs: 24 * 3_600_000, run: forgetOldWebhooks },
  { name: "forget old mail", everyMs: 24 * 3_600_000, run: forgetOldMails },
  { name: "forget idempotency keys", everyMs: 3_600_000, run: forgetOldKeys },
  { name: "expire results", everyMs: 3_600_000, run: () => keepBoardAnswers().then(expireResults) },
  { name: "sweep the store", everyMs: 24 * 3_600_000, run: () => sweepStore() },
  { name: "sweep uploads", everyMs: 24 * 3_600_000, run: () => sweepUploads() },
];
