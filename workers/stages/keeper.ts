import process from "node:process";
import { startOf } from "@/lib/platform/processes";
import { endedBy, write } from "@/lib/runtimes/process/files";
import { KeptStage } from "./kept-stage";

/**
 * Starts the programs of stages for the worker that forked it and sees them to their end, also when that worker is killed:
 * then it ends with the last of them. All that is known stands in the folder of each (lib/runtimes/process/files.ts).
 */
const againMs = 1_000;
const self = { pid: process.pid, start: startOf(process.pid) ?? "" };
const stages = new Set<KeptStage>();

function leaveWhenDone(): void {
  if (stages.size === 0 && !process.connected) process.exit(0);
}

async function start(folder: string): Promise<void> {
  const stage = KeptStage.claimed(folder, self);
  if (!stage) return;
  stages.add(stage);
  const ended = (error?: Error) => {
    try {
      if (error) write(folder, "exit", endedBy(`The program could not be watched over: ${error.message}`));
    } catch {
      // A disk that is full: nothing else knows of this end.
      setTimeout(ended, againMs, error);
      return;
    }
    stages.delete(stage);
    leaveWhenDone();
  };
  await new Promise<void>((started) => {
    stage.run(started).then(() => ended(), ended);
  });
}

process.on("message", async ({ id, folder }: { id: number; folder: string }) => {
  const error = await start(folder).then(
    () => null,
    (cause: Error) => cause.message,
  );
  if (process.connected) process.send?.({ id, error }, () => undefined);
});
process.on("disconnect", leaveWhenDone);
// Ctrl-C reaches everybody on the terminal, and the programs go on: they are found again by the next worker.
for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) process.on(signal, () => undefined);
