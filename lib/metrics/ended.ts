import { Counter, Histogram, type Registry } from "prom-client";
import { lanes } from "@/lib/executions/schema";
import { sql } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";

interface Row {
  id: string;
  warehouse: string;
  lane: number;
  state: string;
  code: string | null;
  /** Seconds; null for one that never started, or has not ended. */
  waited: number | null;
  ran: number | null;
}

/** An id is given before its row is there, by another clock than ours: younger ones are looked for again. */
const overlapMs = 60_000;
const over = new Set(["succeeded", "failed", "cancelled"]);
const seconds = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600];

/**
 * What has ended since this process was first asked: how long it waited and ran, and how it ended. It remembers what is open
 * and looks these up by their ids with those that came since, so a scrape costs by what is going on, not by the past.
 */
export function endedStatements(registry: Registry): () => Promise<void> {
  const labelNames = ["warehouse", "lane"] as const;
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, labelNames, buckets: seconds, registers: [registry] });
  const waited = histogram("sluice_statement_wait_seconds", "From submitted to started");
  const ran = histogram("sluice_statement_run_seconds", "From started to its end");
  const ended = new Counter({
    name: "sluice_statements_ended_total",
    help: "Statements by how they ended; code is the error's, or empty",
    labelNames: [...labelNames, "state", "code"],
    registers: [registry],
  });
  let open: string[] = [];
  let counted = new Set<string>();
  let from = newId(Date.now()).slice(0, 10);
  return async () => {
    const next = newId(Date.now() - overlapMs).slice(0, 10);
    const rows = await sql<Row>(
      "metrics_ended",
      `select s.id, w.name as warehouse, k.lane, s.state::text, s.error ->> 'code' as code,
         extract(epoch from s.started_at - s.queued_at)::float8 as waited,
         extract(epoch from s.finished_at - s.started_at)::float8 as ran
       from (select unnest($1::text[]) as id union select id from statements where id >= $2) one
       join statements s on s.id = one.id join work k on k.id = s.work_id join warehouses w on w.id = s.warehouse_id`,
      [open, from],
    );
    for (const row of rows) {
      if (!over.has(row.state) || counted.has(row.id)) continue;
      const labels = { warehouse: row.warehouse, lane: lanes[row.lane] ?? "api" };
      ended.inc({ ...labels, state: row.state, code: row.code ?? "" });
      if (row.waited !== null) waited.observe(labels, row.waited);
      if (row.ran !== null) ran.observe(labels, row.ran);
    }
    open = rows.filter(({ state }) => !over.has(state)).map(({ id }) => id);
    counted = new Set(rows.filter(({ id, state }) => over.has(state) && id.slice(0, 10) >= next).map(({ id }) => id));
    from = next;
  };
}
