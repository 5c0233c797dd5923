import { randomUUID } from "node:crypto";
import { sql } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { type Backend, type EngineLoad, WarehouseError } from "@/lib/warehouses/adapter";
import { askLoad } from "./control";
import { feel } from "./feel";
import { type HeatLimits, heatColumns, heatOf } from "./heat";
import { type Alerting, alarm, unalarmed } from "./heat-alert";
import { type Slowing, slowDown, unslowed } from "./slow-down";

/** This process among all that sample. */
const self = randomUUID();
const thinEveryMs = 10 * 60_000;
let thinnedAt = 0;

interface Due extends HeatLimits {
  id: string;
  reader: string | null;
  slots: number;
  slowDown: boolean;
  minutes: number | null;
  state: { slowing?: Slowing; alert?: Alerting };
  /** Milliseconds by the database's clock: workers' own may differ. */
  at: number;
  ours: Backend[];
}

/**
 * Asks each warehouse for its own load every 10 s, one worker each, through the control door: outside the slots and also
 * while it is paused. Keeps what it says for a day, and follows it with the slots that are given (slow-down.ts).
 */
export async function sampleWarehouses(): Promise<void> {
  const due = await sql<Due>(
    "samples-due",
    `select w.id, r.id as reader, w.slots, w.slow_down as "slowDown", ${heatColumns},
       w.alert_minutes as minutes, c.state, floor(extract(epoch from clock_timestamp()) * 1000)::bigint as at, b.ours
     from sluice_claim_samples($1) c join warehouses w on w.id = c.warehouse_id
     left join lateral (select id from warehouse_roles r where r.warehouse_id = w.id and r.kind = 'reader' order by id limit 1) r on true
     cross join lateral (select coalesce(jsonb_agg(jsonb_build_object('pid', k.backend_pid, 'start', k.backend_start)), '[]') as ours
       from work k where k.warehouse_id = w.id and k.state = 'running' and k.backend_start is not null) b`,
    [self],
  );
  await Promise.all(
    due.map((one) =>
      sample(one).catch((error: Error) =>
        logger.warn({ warehouse: one.id, error: error.message }, "a warehouse's load was not kept"),
      ),
    ),
  );
  if (Date.now() - thinnedAt < thinEveryMs) return;
  thinnedAt = Date.now();
  await sql("thin-samples", "select sluice_thin_samples()", []);
}

async function sample(due: Due): Promise<void> {
  // A warehouse without a reader has nobody who could ask, and nothing that could run.
  if (!due.reader) return;
  const asked = await ask(due.reader, due.ours);
  const judged = asked.load ? heatOf(asked.load, due) : asked.full;
  const sampled = { at: due.at, heat: judged?.heat ?? null };
  const before = due.state.slowing ?? unslowed(due.at);
  const slowing = due.slowDown ? slowDown(before, sampled, due.slots) : unslowed(due.at);
  const { state: alert, tell } = alarm(due.state.alert ?? unalarmed, sampled, due.minutes);
  const fewer = (slowing.slots ?? due.slots) < (before.slots ?? due.slots);
  const why = fewer ? (judged?.words ?? null) : null;
  const [row] = await sql<{ changed: boolean | null }>(
    "sample",
    "select sluice_sample($1, $2, $3, $4, $5, $6, $7) as changed",
    [
      due.id,
      self,
      JSON.stringify({ load: asked.load, problem: asked.problem, heat: sampled.heat }),
      JSON.stringify({ slowing, alert }),
      slowing.slots,
      why,
      newId(),
    ],
  );
  if (row?.changed) {
    logger.info({ warehouse: due.id, slots: slowing.slots ?? due.slots, why }, "slots follow the warehouse's load");
    await feel(due.id);
  }
  // What needs Prisma is loaded when there is something to tell.
  if (tell && row?.changed != null) await (await import("./tell-heat")).tellHeat(due.id, tell, judged?.words ?? null);
}

interface Asked {
  load: EngineLoad | null;
  problem: string | null;
  /** A server with no connection left is hot, though it says nothing else. */
  full: { heat: number; words: string } | null;
}

async function ask(reader: string, ours: Backend[]): Promise<Asked> {
  try {
    const load = await askLoad(reader, ours);
    return { load, problem: null, full: null };
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    const full = (error.cause as { code?: string } | undefined)?.code === "53300";
    return {
      load: null,
      problem: error.message,
      full: full ? { heat: 1.5, words: "the server has no connection left" } : null,
    };
  }
}
