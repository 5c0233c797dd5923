import { decrypt, encrypt } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { executionUrl } from "./url";

const atOnce = 100;

interface Ended {
  execution_id: string;
  secret: string;
  state: string;
  warehouse: string;
  row_count: number | null;
  truncated: boolean;
  limited_by: string | null;
  error: object | null;
  stop_reason: string | null;
  submitted_at: Date;
  finished_at: Date | null;
}

/**
 * Puts a message for each execution that has ended, and whose program asked to be told, among the webhooks: signed, tried
 * again, and never into a private network, as these are. Safe in several workers at once.
 */
export async function tellCallbacks(): Promise<number> {
  const ended = await sql<Ended>(
    "callbacks-ended",
    `select c.execution_id, c.secret, e.state::text, w.name as warehouse, s.row_count, s.truncated, s.limited_by,
       case when e.state = 'failed' then s.error end as error, e.stop_reason, e.submitted_at, e.finished_at
     from execution_callbacks c join executions e on e.id = c.execution_id
     join statements s on s.id = e.statement_id join warehouses w on w.id = e.warehouse_id
     where e.state in ('succeeded', 'failed', 'cancelled') order by c.execution_id limit $1`,
    [atOnce],
  );
  for (const one of ended) await queue(one);
  return ended.length;
}

/** One statement: whoever takes the row away writes the message, and nobody else. */
async function queue(one: Ended): Promise<void> {
  const id = newId();
  const body = {
    id,
    event: "execution.ended",
    execution: {
      id: one.execution_id,
      url: executionUrl(one.execution_id),
      state: one.state,
      warehouse: one.warehouse,
      rowCount: one.row_count,
      truncated: one.truncated,
      limitedBy: one.limited_by,
      error: one.error,
      stopReason: one.stop_reason,
      submittedAt: one.submitted_at.toISOString(),
      finishedAt: one.finished_at?.toISOString() ?? null,
    },
  };
  await sql(
    "callback-queue",
    `with gone as (delete from execution_callbacks where execution_id = $1 returning url)
     insert into webhooks (id, url, secret, body) select $2, url, $3, $4 from gone`,
    [one.execution_id, id, encrypt(decrypt(one.secret, one.execution_id), id), JSON.stringify(body)],
  );
}

/** Forgets those whose execution was never written: their process ended between the two. */
export async function forgetLostCallbacks(): Promise<void> {
  await sql(
    "callbacks-lost",
    `delete from execution_callbacks c where created_at < now() - interval '1 day'
       and not exists (select from executions e where e.id = c.execution_id)`,
    [],
  );
}
