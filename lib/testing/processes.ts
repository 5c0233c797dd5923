import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { afterAll } from "vitest";

/** The built worker as a process of its own, ready; killed after the file. */
export async function startWorker(settings: Record<string, string> = {}): Promise<ChildProcess> {
  const worker = fork(path.join(process.cwd(), "dist", "worker.mjs"), {
    stdio: process.env.TEST_LOGS ? "inherit" : "ignore",
    env: { ...process.env, ...(process.env.TEST_LOGS ? { LOG_LEVEL: "debug" } : {}), ...settings },
  });
  afterAll(() => void worker.kill("SIGKILL"));
  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("exit", (code) => reject(new Error(`worker ended with ${code}`)));
  });
  return worker;
}
