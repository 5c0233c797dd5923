import { openQueue } from "@/lib/jobs/queue";
import { pool } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";

const patienceMs = 3_000;

/** Whether each service answers soon. Anybody may ask, so what is wrong is said in the log only. */
export async function readiness(): Promise<{ ready: boolean; checks: Record<string, "ok" | "failed"> }> {
  const services: Record<string, () => Promise<unknown>> = {
    database: () => pool().query("select 1"),
    queue: () => openQueue().check(),
    store: () => store().check(),
  };
  const checks = await Promise.all(
    Object.entries(services).map(async ([name, check]) => [name, await answers(name, check)] as const),
  );
  return { ready: checks.every(([, state]) => state === "ok"), checks: Object.fromEntries(checks) };
}

async function answers(name: string, check: () => Promise<unknown>): Promise<"ok" | "failed"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), patienceMs);
  });
  try {
    await Promise.race([check(), late]);
    return "ok";
  } catch (error) {
    logger.warn({ service: name, error: String(error) }, "not ready");
    return "failed";
  } finally {
    clearTimeout(timer);
  }
}
