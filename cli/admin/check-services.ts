import { openQueue } from "@/lib/jobs/queue";
import { sql } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { store } from "@/lib/platform/store/open";
import { bad, type Finding, note, ok } from "./finding";

const patienceMs = 8_000;

async function within(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1_000} s`)), patienceMs);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export async function checkQueue(): Promise<Finding> {
  const where = env().REDIS_URL ? "REDIS_URL" : "the database";
  try {
    await within(openQueue().check());
    return ok("queue", `The queue in ${where} answers.`);
  } catch (error) {
    return bad(
      "queue",
      `The queue in ${where} does not answer: ${(error as Error).message}. Work is admitted and not begun.`,
    );
  }
}

export async function checkStore(): Promise<Finding> {
  const where = env().STORE_URL ?? "the local folder";
  try {
    await within(store().check());
    return ok("store", `The store in ${where} can be written.`);
  } catch (error) {
    return bad("store", `The store in ${where} cannot be written: ${(error as Error).message}. Large results fail.`);
  }
}

export async function checkWorkers(running: boolean): Promise<Finding[]> {
  const [{ workers, oldest } = { workers: 0, oldest: null }] = await sql<{ workers: number; oldest: number | null }>(
    "doctor_workers",
    `select (select count(*)::int from workers where seen_at > now() - interval '5 seconds') as workers,
       (select extract(epoch from now() - min(queued_at))::int from work k join warehouses w on w.id = k.warehouse_id
        where k.state = 'waiting' and not w.paused) as oldest`,
    [],
  );
  const found = [
    workers > 0
      ? ok("workers", `${workers} at work.`)
      : (running ? bad : note)("workers", "None is at work, so nothing runs. Start Sluice, or a worker."),
  ];
  if (oldest !== null && oldest > 600)
    found.push(
      note("waiting", `The oldest work has waited for ${Math.round(oldest / 60)} minutes. /admin/load says why.`),
    );
  const paused = await sql<{ name: string }>(
    "doctor_paused",
    "select name from warehouses where paused order by name",
    [],
  );
  if (paused.length > 0)
    found.push(note("paused", `${paused.map(({ name }) => name).join(", ")}: nothing is let in there.`));
  return found;
}

/** What could not be handed to the outside. */
export async function checkOutbox(): Promise<Finding> {
  const [{ mails, hooks } = { mails: 0, hooks: 0 }] = await sql<{ mails: number; hooks: number }>(
    "doctor_outbox",
    `select (select count(*)::int from mails where sent_at is null and error is not null) as mails,
       (select count(*)::int from webhooks where sent_at is null and error is not null) as hooks`,
    [],
  );
  if (mails + hooks > 0)
    return note("messages", `${mails} mails and ${hooks} webhooks were not taken. The log of the worker says why.`);
  if (!env().SMTP_URL) return note("messages", "SMTP_URL is not set: nothing is mailed.");
  return ok("messages", "All mails and webhooks were taken.");
}
