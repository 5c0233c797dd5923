import { setTimeout as delay } from "node:timers/promises";
import type { Context } from "@/lib/access/context";
import { mayOpen } from "@/lib/access/may-open";
import { allow } from "@/lib/access/policy";
import type { Openable } from "@/lib/access/shares";
import { databaseAway } from "@/lib/platform/db/away";
import { durable, sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { addToSubject } from "@/lib/platform/subject";
import { isLeaving, type Wake, waitForWake } from "@/lib/platform/wake";
import type { ResultStatement } from "@/lib/results/statement";
import { noteWatched } from "./note-watched";
import { type HeadRow, isFinal, itemColumns, itemTables, stateOf, type ViewRow, viewOf } from "./row";
import type { Started } from "./run-query";
import type { ExecutionView } from "./schema";
import { waitingOf } from "./waiting";

const lookAgainMs = 5_000;
const awayAgainMs = 250;

/** The first rows go along only where they are wanted: they may be 64 KiB. */
async function readRow(ctx: Context, id: string, withHead: boolean): Promise<ViewRow & Partial<HeadRow>> {
  addToSubject({ execution: id });
  const [row] = await sql<ViewRow & Partial<HeadRow>>(
    withHead ? "execution_head" : "execution",
    `select ${itemColumns}, ${withHead ? "s.head, s.head_rows, s.result_key," : ""} e.batch_id, e.query_id, e.share_id,
       e.state = 'failed' and e.failure_seen_at is null as unseen_failure, e.parameters, s.first_row_at, s.columns, s.limited_by,
       coalesce(e.stop_reason, s.stop_reason) as stop_reason, s.error, s.cost, s.expired_at, s.expired_by,
       s.erasure_id is not null as erased, s.time_zone,
       w.open_to_company, w.personal, w.unwatched_minutes, w.engine, r.name as reader_name,
       case when e.query_id is not null then (select jsonb_build_object('id', q.id, 'title', q.title,
         'version', e.query_version, 'values', e.query_values) from queries q where q.id = e.query_id) end as query,
       case when e.batch_id is not null then (select jsonb_agg(jsonb_build_object('id', b.id, 'position', b.position,
         'state', b.state, 'statement_state', t.state) order by b.position)
         from executions b join statements t on t.id = b.statement_id where b.batch_id = e.batch_id) end as batch
     from ${itemTables} join warehouse_roles r on r.id = s.reader_id
     where e.id = $1`,
    [id],
  );
  if (!row || !(await mayOpen(ctx, openable(row)))) {
    throw new SluiceError("not_found", "There is no such execution that you may open.");
  }
  noteWatched(row);
  return row;
}

function openable(row: ViewRow): Openable {
  const { id, warehouse_id: warehouseId, user_id: userId, reader_id: readerId } = row;
  return { id, warehouseId, userId, readerId, queryId: row.query_id, shareId: row.share_id };
}

/** Its author knows that it failed now: their inbox need not tell them. */
function noteSeen(id: string): void {
  sql("failure-seen", "update executions set failure_seen_at = now() where id = $1 and failure_seen_at is null", [
    id,
  ]).catch((error) => logger.warn({ error: String(error) }, "could not note that a failure was seen"));
}

async function present(ctx: Context, row: ViewRow): Promise<ExecutionView> {
  if (row.unseen_failure && row.user_id === ctx.user.id && !ctx.viewedBy) noteSeen(row.id);
  return viewOf(row, stateOf(row) === "queued" ? await waitingOf(row.statement_id) : null);
}

/** @throws SluiceError not_found, also for one that they may not open */
export async function getExecution(ctx: Context, id: string): Promise<ExecutionView> {
  allow(ctx, "execution.read");
  return present(ctx, await readRow(ctx, id, false));
}

/** Anything but the first row and the start: an end, somebody who left or moved, or a connection that was away. */
const mayBeOver = ({ detail }: Wake) => detail !== "running" && detail !== "rows";

/**
 * The same once it has ended, or as it is after `seconds`. Each wait registers before it reads; only of one that was
 * just started anew is there nothing to read before the first wake.
 * @param started what startQuery gave, when this is its first wait
 */
export async function waitForExecution(
  ctx: Context,
  id: string,
  seconds: number,
  signal?: AbortSignal,
  started?: Started,
): Promise<ExecutionView> {
  return present(ctx, await waitForRow(ctx, id, seconds, signal, started, false));
}

/** The same, and what its rows are read from. */
export async function waitForResult(
  ctx: Context,
  id: string,
  seconds: number,
  signal?: AbortSignal,
  started?: Started,
): Promise<{ view: ExecutionView; statement: StatementRow }> {
  const row = await waitForRow(ctx, id, seconds, signal, started, true);
  return { view: await present(ctx, row), statement: statementIn(row) };
}

function statementIn(row: ViewRow & Partial<HeadRow>): StatementRow {
  return {
    executionId: row.id,
    statementId: row.statement_id,
    // Who left a joined statement gave up its rows too.
    state: row.state === "cancelled" ? row.state : row.statement_state,
    columns: row.columns,
    rowCount: row.row_count,
    truncated: row.truncated,
    limitedBy: row.limited_by,
    head: row.head ?? null,
    headRows: row.head_rows ?? 0,
    resultKey: row.result_key ?? null,
    timeZone: row.time_zone,
    expiredAt: row.expired_at,
  };
}

async function waitForRow(
  ctx: Context,
  id: string,
  seconds: number,
  signal: AbortSignal | undefined,
  started: Started | undefined,
  withHead: boolean,
): Promise<ViewRow & Partial<HeadRow>> {
  allow(ctx, "execution.read");
  const until = Date.now() + seconds * 1_000;
  const read = () => readPatiently(() => readRow(ctx, id, withHead), until, signal);
  let row = started?.outcome === "new" ? null : await readRow(ctx, id, withHead);
  while (!row || !isFinal(row.state)) {
    const left = until - Date.now();
    if (left <= 0 || signal?.aborted || isLeaving()) break;
    const enough = new AbortController();
    const ends = signal ? AbortSignal.any([signal, enough.signal]) : enough.signal;
    const statementId = row?.statement_id ?? started?.statementId ?? "";
    const woken = waitForWake("statement", statementId, Math.min(left, lookAgainMs), ends, mayBeOver);
    try {
      if (row) row = await read();
      if (row && isFinal(row.state)) break;
      // It waits for another one's statement now.
      if (row && row.statement_id !== statementId) continue;
      if ((await woken) || !row) row = await read();
    } finally {
      enough.abort();
    }
  }
  row ??= await read();
  if (started && !isFinal(row.state)) await durable();
  return row;
}

/** Who waits already is not sent away because the database restarts meanwhile. */
async function readPatiently<Row>(read: () => Promise<Row>, until: number, signal?: AbortSignal): Promise<Row> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!databaseAway(error) || signal?.aborted || Date.now() + awayAgainMs >= until) throw error;
      await delay(awayAgainMs);
    }
  }
}

/** What lib/results reads a result from. */
export interface StatementRow extends ResultStatement {
  executionId: string;
  head: Buffer | null;
}

/** @throws SluiceError not_found */
export async function statementOf(ctx: Context, id: string): Promise<StatementRow> {
  allow(ctx, "execution.read");
  return statementIn(await readRow(ctx, id, true));
}

export { listAuthors } from "./list";
export { listExecutions } from "./look-back";
