import { startLiveness } from "@/lib/gate/liveness";
import { openQueue } from "@/lib/jobs/queue";
import { onWake } from "@/lib/platform/wake";
import { runAttempt } from "../handlers/run-attempt";
import { runWork } from "../handlers/run-work";
import { newRunning, type Running } from "../registry";

/**
 * A worker within the test's own process, four stages at once, until that ends with its file; of statements, too, where it is asked
 * for. Call it in `beforeAll`, after `testDatabase`. `newRunning` is for those that look at what it runs.
 */
export async function startStageWorker({ statements = false } = {}, running: Running = newRunning("the-test")) {
  const self = { id: running.workerId, host: "here", pid: process.pid, stagesAtOnce: 4, place: running.place };
  await startLiveness(self, running.leases);
  onWake("stop", "*", ({ id }) => {
    for (const own of running.attempts) if (own.queued.attempt === id) own.stop("cancelled");
  });
  await openQueue().consumeAttempts((one) => runAttempt(one, running), 4);
  if (statements) await openQueue().consume((work) => runWork(work, running), 4);
}
