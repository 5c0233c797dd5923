import { Counter, Histogram, type Registry } from "prom-client";
import { lanes } from "@/lib/executions/schema";
import { sql } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";

interface Row {
  id: string;
  /** Empty for a stage that needs none. */
  warehouse: string;
  lane: number;
  state: string;
  /** Why it failed, in a word. */
  code: string | null;
  /** Seconds; null for one that never started, or has not ended. */
  waited: number | null;
  ran: number | null;
}

/** An id is given before its row is there, by another clock than ours: younger ones are looked for again. */
const overlapMs = 60_000;
const over = new Set(["succeeded", "failed", "cancelled", "lost"]);
const seconds = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600];

const labelNames = ["warehouse", "lane"] as const;

interface Told {
  waited: Histogram<"warehouse" | "lane">;
  ran: Histogram<"warehouse" | "lane">;
  ended(row: Row, labels: { warehouse: string; lane: string }): void;
}

const histogram = (registry: Registry, name: string, help: string) =>
  new Histogram({ name, help, labelNames, buckets: seconds, registers: [registry] });

/**
 * What has ended since this process was first asked: how long it waited and ran, and how it ended. It remembers what is open
 * and looks these up by their ids with those that came since, so a scrape costs by what is going on, not by the past.
 * @param text of rows by the ids $1, and those from id $2 on; several may be of one id
 */
function counting(name: string, text: string, told: Told): () => Promise<void> {
  let open: string[] = [];
  let counted = new Set<string>();
  let from = newId(Date.now()).slice(0, 10);
  return async () => {
    const next = newId(Date.now() - overlapMs).slice(0, 10);
    const rows = await sql<Row>(name, text, [open, from]);
    for (const row of rows) {
      if (!over.has(row.state) || counted.has(row.id)) continue;
      const labels = { warehouse: row.warehouse, lane: lanes[row.lane] ?? "api" };
      told.ended(row, labels);
      if (row.waited !== null) told.waited.observe(labels, row.waited);
      if (row.ran !== null) told.ran.observe(labels, row.ran);
    }
    open = [...new Set(rows.filter(({ state }) => !over.has(state)).map(({ id }) => id))];
    counted = new Set(rows.filter(({ id, state }) => over.has(state) && id.slice(0, 10) >= next).map(({ id }) => id));
    from = next;
  };
}

export function endedStatements(registry: Registry): () => Promise<void> {
  const ended = new Counter({
    name: "sluice_statements_ended_total",
    help: "Statements by how they ended; code is the error's, or empty",
    labelNames: [...labelNames, "state", "code"],
    registers: [registry],
  });
  return counting(
    "metrics_ended",
    `select s.id, w.name as warehouse, k.lane, s.state::text, s.error ->> 'code' as code,
       extract(epoch from s.started_at - s.queued_at)::float8 as waited,
       extract(epoch from s.finished_at - s.started_at)::float8 as ran
     from (select unnest($1::text[]) as id union select id from statements where id >= $2) one
     join statements s on s.id = one.id join work k on k.id = s.work_id join warehouses w on w.id = s.warehouse_id`,
    {
      waited: histogram(registry, "sluice_statement_wait_seconds", "From submitted to started"),
      ran: histogram(registry, "sluice_statement_run_seconds", "From started to its end"),
      ended: ({ state, code }, labels) => ended.inc({ ...labels, state, code: code ?? "" }),
    },
  );
}

/** Tries of stages, each in every warehouse where it held a slot. */
export function endedStages(registry: Registry): () => Promise<void> {
  const ended = new Counter({
    name: "sluice_stages_ended_total",
    help: "Tries of stages by how they ended; cause is the failure's, or empty, and so is the warehouse of one that needs none",
    labelNames: [...labelNames, "state", "cause"],
    registers: [registry],
  });
  return counting(
    "metrics_ended_stages",
    `select a.id, coalesce(w.name, '') as warehouse, a.lane, a.state::text, a.error ->> 'cause' as code,
       extract(epoch from a.started_at - a.queued_at)::float8 as waited,
       extract(epoch from a.finished_at - a.started_at)::float8 as ran
     from (select unnest($1::text[]) as id union select id from attempts where id >= $2) one
     join attempts a on a.id = one.id left join work k on k.attempt_id = a.id left join warehouses w on w.id = k.warehouse_id`,
    {
      waited: histogram(registry, "sluice_stage_wait_seconds", "From the gate to its start"),
      ran: histogram(registry, "sluice_stage_run_seconds", "From its start to its end, for which it held its slots"),
      ended: ({ state, code }, labels) => ended.inc({ ...labels, state, cause: code ?? "" }),
    },
  );
}
