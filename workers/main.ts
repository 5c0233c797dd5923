import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { startLiveness } from "@/lib/gate/liveness";
import { closeQueue, openQueue } from "@/lib/jobs/queue";
import { envOrEnd } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { startTracing, tracing } from "@/lib/platform/tracing";
import { closeWake, onWake } from "@/lib/platform/wake";
import { startLocalSweep } from "@/lib/results/local-sweep";
import { closeWriters, warmWriters } from "@/lib/results/writers";
import { takeOverAttempts } from "@/lib/runs/take-over";
import { takeUpAttempt } from "./handlers/take-up-attempt";
import { handlers, newRunning, type Running, rounds } from "./registry";
import type { Cause } from "./running-work";

// With the closing below less than the 6 s that whoever stops us adds to DRAIN_SECONDS before they make us end.
const endMs = 3_000;

async function main(): Promise<void> {
  const { WORKER_CONCURRENCY, STAGES_AT_ONCE, DRAIN_SECONDS, HEALTH_FILE } = envOrEnd();
  await startTracing("sluice-worker");
  const running = newRunning(newId());
  const place = running.place;
  const self = { id: running.workerId, host: hostname(), pid: process.pid, place, stagesAtOnce: STAGES_AT_ONCE };
  const liveness = await startLiveness(self, running.leases, async () => {
    for (const taken of await takeOverAttempts(self, running.leases)) void takeUpAttempt(taken, running);
  });
  onWake("stop", "*", ({ id }) => {
    // After a lost connection (null) the looks every half second find what was missed.
    for (const own of running.works) if (own.statementId === id) own.stop({ kind: "cancelled" });
    for (const own of running.attempts) if (own.queued.attempt === id) own.stop("cancelled");
  });
  const timers = rounds.map((round) => {
    let busy = false;
    const go = async () => {
      if (busy) return;
      busy = true;
      await round.run().catch((error: Error) => logger.warn({ error: error.message }, `${round.name} failed`));
      busy = false;
    };
    void go();
    return setInterval(() => void go(), round.everyMs);
  });
  warmWriters();
  startLocalSweep();
  await openQueue().consume((work) => handlers.work(work, running), WORKER_CONCURRENCY);
  if (STAGES_AT_ONCE > 0) await openQueue().consumeAttempts((one) => handlers.attempt(one, running), STAGES_AT_ONCE);
  logger.info({ worker: running.workerId }, "worker ready");
  process.send?.("ready");
  // A loop that hangs touches nothing.
  if (HEALTH_FILE) setInterval(() => writeFileSync(HEALTH_FILE, ""), 1_000);

  const end = async (signal: string) => {
    if (running.ending) return;
    running.ending = true;
    logger.info({ signal, running: running.leases.size }, "worker drains");
    await openQueue()
      .pause()
      .catch(() => undefined);
    await emptyWithin(running, DRAIN_SECONDS * 1_000);
    for (const own of running.works) own.stop(shutdown);
    const left = [...running.attempts];
    for (const own of left) own.stop("leaving");
    await emptyWithin(running, endMs);
    for (const timer of timers) clearInterval(timer);
    await Promise.race([
      Promise.allSettled([
        closeQueue(),
        closeWake(),
        closeWriters(),
        liveness.stop({ back: left.length > 0 }),
        tracing()?.close(),
      ]),
      delay(2_000),
    ]);
    process.exit(0);
  };
  process.on("SIGTERM", () => void end("SIGTERM"));
  process.on("SIGINT", () => void end("SIGINT"));
}

const shutdown: Cause = {
  kind: "failed",
  error: {
    code: "worker_lost",
    message: "The worker was shut down before the statement finished, and ended it. Run it again.",
  },
};

async function emptyWithin(running: Running, ms: number): Promise<void> {
  const until = Date.now() + ms;
  while (running.leases.size > 0 && Date.now() < until) await delay(50);
}

process.on("unhandledRejection", (error) =>
  logger.error({ error: error instanceof Error ? error.stack : String(error) }, "unhandled"),
);

main().catch((error: Error) => {
  logger.fatal({ error: error.stack }, "worker cannot start");
  process.exit(1);
});
