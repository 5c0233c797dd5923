import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";

const started = new Set<ChildProcess>();

/** Kills what `startWorker` has started; for `afterAll`. */
export function killWorkers(): void {
  for (const worker of started) worker.kill("SIGKILL");
  started.clear();
}

/** The built worker as a process of its own, ready. */
export async function startWorker(settings: Record<string, string> = {}): Promise<ChildProcess> {
  const worker = fork(path.join(process.cwd(), "dist", "worker.mjs"), {
    stdio: "ignore",
    env: { ...process.env, ...settings },
  });
  started.add(worker);
  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("exit", (code) => reject(new Error(`worker ended with ${code}`)));
  });
  return worker;
}
