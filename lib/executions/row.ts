import type { Column, StatementCost, StatementError } from "@/lib/warehouses/adapter";
import { errorInOwnText } from "./parameters";
import {
  type ExecutionItem,
  type ExecutionState,
  type ExecutionView,
  lanes,
  type ParameterValues,
  type Waiting,
} from "./schema";
import { executionUrl } from "./url";

type StoredState = ExecutionState | "cancelling";

/** An execution and its statement as the reads below select them. */
export interface ItemRow {
  id: string;
  state: StoredState;
  statement_id: string;
  statement_state: StoredState;
  sql: string;
  sql_cut: boolean;
  user_id: string;
  user_name: string;
  warehouse_id: string;
  warehouse_name: string;
  reader_id: string;
  lane: number;
  via: "joined" | "reused" | null;
  submitted_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  row_count: number | null;
  truncated: boolean;
}

export interface ViewRow extends ItemRow {
  engine: string;
  batch_id: string | null;
  query_id: string | null;
  share_id: string | null;
  unseen_failure: boolean;
  parameters: ParameterValues;
  first_row_at: Date | null;
  columns: Column[] | null;
  cost: StatementCost | null;
  limited_by: string | null;
  stop_reason: string | null;
  error: StatementError | null;
  expired_at: Date | null;
  expired_by: string | null;
  erased: boolean;
  time_zone: string;
  open_to_company: boolean;
  personal: boolean;
  unwatched_minutes: number | null;
  reader_name: string;
  query: ExecutionView["query"];
  batch: { id: string; position: number; state: StoredState; statement_state: StoredState }[] | null;
}

export interface HeadRow {
  head: Buffer | null;
  head_rows: number;
  result_key: string | null;
}

const columnsWithoutSql = `e.id, e.state::text, e.statement_id, s.state::text as statement_state, e.user_id,
  u.name as user_name, e.warehouse_id, w.name as warehouse_name, s.reader_id, e.lane, e.via, e.submitted_at,
  s.started_at, e.finished_at, s.row_count, s.truncated`;

export const itemColumns = `${columnsWithoutSql}, e.sql, false as sql_cut`;

/** Of lists: 200 statements of 8 MiB would fill the process, so each shows its beginning. */
export const listColumns = `${columnsWithoutSql}, left(e.sql, 2000) as sql, length(e.sql) > 2000 as sql_cut`;

/** stateOf, in SQL. The first condition is what the index of live executions knows. */
export const stateColumn = `case when e.state in ('queued', 'running', 'cancelling') and
  (e.state <> 'queued' or s.state in ('running', 'cancelling')) then 'running' else e.state::text end`;

export const itemTables = `executions e join statements s on s.id = e.statement_id
  join users u on u.id = e.user_id join warehouses w on w.id = e.warehouse_id`;

export function isFinal(state: string): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

/** Outside, cancelling is running: only a confirmed end is an end. That an execution runs, its statement says. */
export function stateOf(row: { state: StoredState; statement_state: StoredState }): ExecutionState {
  if (row.state === "cancelling") return "running";
  if (row.state === "queued" && row.statement_state !== "queued" && !isFinal(row.statement_state)) return "running";
  return row.state;
}

const iso = (at: Date | null) => at?.toISOString() ?? null;
const between = (from: Date | null, to: Date | null) =>
  from && to ? Math.max(0, to.getTime() - from.getTime()) : null;

export function itemOf(row: ItemRow): ExecutionItem {
  return {
    id: row.id,
    url: executionUrl(row.id),
    state: stateOf(row),
    sql: row.sql,
    sqlCut: row.sql_cut,
    user: { id: row.user_id, name: row.user_name },
    warehouse: { id: row.warehouse_id, name: row.warehouse_name },
    lane: lanes[row.lane] ?? "api",
    submittedAt: row.submitted_at.toISOString(),
    startedAt: iso(row.started_at),
    finishedAt: iso(row.finished_at),
    rowCount: row.row_count,
    truncated: row.truncated,
    via: row.via,
  };
}

/** Who opens it without a share. */
function audienceOf(row: ViewRow): string {
  if (row.personal) return "Only who ran it";
  if (row.open_to_company) return "Everyone in the company";
  return `Everyone who may use ${row.warehouse_name} as ${row.reader_name}`;
}

export function viewOf(row: ViewRow, waiting: Waiting | null): ExecutionView {
  const state = stateOf(row);
  const joinedLate = row.via !== null && row.started_at !== null && row.started_at < row.submitted_at;
  const began = joinedLate ? row.submitted_at : row.started_at;
  return {
    ...itemOf(row),
    // Who left before the others has neither rows nor an error of theirs.
    rowCount: state === "cancelled" ? null : row.row_count,
    waiting,
    columns: row.columns,
    limitedBy: row.limited_by,
    timings: {
      queuedMs: between(row.submitted_at, began),
      firstRowMs: between(began, row.first_row_at),
      runMs: between(began, row.finished_at),
      totalMs: between(row.submitted_at, row.finished_at),
    },
    // What was reused took nothing again.
    cost: row.via === "reused" ? null : row.cost,
    error: state === "failed" ? errorInOwnText(row.engine, row.error, row.sql, row.parameters) : null,
    stopping: row.state === "cancelling",
    parameters: row.parameters,
    stopReason: row.stop_reason,
    batchId: row.batch_id,
    batch: (row.batch ?? []).map((one) => ({ id: one.id, position: one.position, state: stateOf(one) })),
    expired: row.expired_at ? { at: row.expired_at.toISOString(), by: row.expired_by, erased: row.erased } : null,
    unwatchedMinutes: row.lane === 0 && !isFinal(state) ? row.unwatched_minutes : null,
    audience: audienceOf(row),
    timeZone: row.time_zone,
    query: row.query,
  };
}
