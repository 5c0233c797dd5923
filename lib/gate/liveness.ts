import { setTimeout as delay } from "node:timers/promises";
import { connectionFor } from "@/lib/connections/connection";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { adapterFor } from "@/lib/warehouses/registry";
import { applicationName, beginStatement, endStatement } from "./lease";

const beatEveryMs = 1_000;
const lostAfterSeconds = 4;
const endForMs = 60_000;
const values = "(id, host, pid, stages_at_once, place) values ($1, $2, $3, $4, $5)";

interface Taken {
  work: string;
  lease: string;
  reader: string;
  pid: number | null;
  start: string | null;
  statements: { id: string; state: "queued" | "running" | "cancelling" }[] | null;
}

export interface Liveness {
  /** `back`: it has left something that it, or another at its place, comes back for; so its row stays until it is old. */
  stop(how?: { back: boolean }): Promise<void>;
}

interface Self {
  id: string;
  host: string;
  pid: number;
  /** How many stages of pipelines it runs at once, and where their programs and files are. */
  stagesAtOnce?: number;
  place?: string;
}

/**
 * Says each second, by the database's clock, that this worker lives, and takes over the work of those who have
 * not said so for 4 s. A worker whose own beat failed waits as long before it judges others: after the database
 * was away, everybody is late. Work that is this worker's by the database, and under none of the leases it holds, is
 * ended in the same way: an answer was lost on its way, or what should have ended it failed. `alsoTake` does the same for
 * what else changes hands, whenever this worker may judge others.
 */
export async function startLiveness(
  worker: Self,
  leases: Set<string>,
  alsoTake: () => Promise<void> = async () => undefined,
): Promise<Liveness> {
  const self = [worker.id, worker.host, worker.pid, worker.stagesAtOnce ?? 0, worker.place ?? ""];
  await sql("worker", `insert into workers ${values}`, self);
  let judgesFrom = 0;
  let stopped = false;
  let last = Date.now();

  async function beat(): Promise<void> {
    const now = Date.now();
    if (now - last > (lostAfterSeconds - 1) * 1_000) judgesFrom = now + lostAfterSeconds * 1_000;
    last = now;
    try {
      await sql("beat", `insert into workers ${values} on conflict (id) do update set seen_at = now()`, self);
      if (Date.now() < judgesFrom || stopped) return;
      const own = await sql<{ lease: string }>(
        "own_work",
        "select lease_token as lease from work where worker_id = $1 and state = 'running'",
        [worker.id],
      );
      // Looked up after it was read: a lease is held here before the database knows, and until it knows the end.
      const adrift = own.map((row) => row.lease).filter((lease) => !leases.has(lease));
      const [row] = await sql<{ taken: Taken[] }>("take_over", "select sluice_take_over($1, $2, $3) as taken", [
        worker.id,
        lostAfterSeconds,
        adrift,
      ]);
      for (const taken of row?.taken ?? []) {
        leases.add(taken.lease);
        void endLost(taken)
          .catch(report)
          .finally(() => leases.delete(taken.lease));
      }
      await alsoTake();
      await sql("forget_workers", "delete from workers where seen_at < now() - interval '1 hour'", []);
    } catch (error) {
      judgesFrom = Date.now() + lostAfterSeconds * 1_000;
      report(error);
    }
  }

  const loop = (async () => {
    while (!stopped) {
      await beat();
      await delay(beatEveryMs, undefined, { ref: false });
    }
  })();
  return {
    async stop(how) {
      stopped = true;
      await Promise.race([loop, delay(2_000)]);
      if (how?.back) return;
      await sql("worker_gone", "delete from workers where id = $1", [worker.id]).catch(() => undefined);
    },
  };
}

const report = (error: unknown) => logger.warn({ error: (error as Error).message }, "liveness");

/** Ends what a lost worker left: first its backend in the warehouse, then the statement, then what stood behind it. */
async function endLost(taken: Taken): Promise<void> {
  logger.warn({ work: taken.work }, "taking over the work of a lost worker");
  const gone = taken.start === null || (await endBackend(taken, taken.start));
  const [first] = taken.statements ?? [];
  if (!first) {
    await sql("leave", "select sluice_leave($1, $2)", [taken.work, taken.lease]);
    return;
  }
  if (first.state === "queued") await beginStatement(taken.lease, first.id);
  const cancelled = first.state === "cancelling" && gone;
  const message = gone
    ? "The worker that ran this was lost, and the statement was ended. Run it again."
    : "The worker that ran this was lost, and the warehouse has not confirmed that the statement ended. Ask an admin to look.";
  const end = cancelled
    ? { state: "cancelled" as const }
    : { state: "failed" as const, error: { code: "worker_lost", message } };
  await endStatement(taken.lease, first.id, end, null);
}

async function endBackend(taken: Taken, start: string): Promise<boolean> {
  const until = Date.now() + endForMs;
  while (Date.now() < until) {
    try {
      const connection = await connectionFor(taken.reader);
      const adapter = await adapterFor(connection.engine);
      const backend = { pid: taken.pid, start };
      if (await adapter.stop(connection, backend, applicationName(taken.work), 300)) return true;
    } catch (error) {
      report(error);
    }
    await delay(500);
  }
  return false;
}
