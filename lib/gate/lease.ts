import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { Admitted, QueuedWork } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import { mayPass } from "@/lib/platform/db/away";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import type { Backend, BoundValue, Column, StatementCost, StatementError } from "@/lib/warehouses/adapter";
import type { DayFound, LimitFound } from "./hold";

/** What a worker may do with the slot it holds. Each call carries the lease; without it nothing happens. */

export interface StartedStatement {
  id: string;
  sql: string;
  values: BoundValue[];
  rowLimit: number | null;
  timeZone: string;
  state: "queued" | "running" | "cancelled";
  /** Whom it answered when the work began; others may have joined since. */
  executions: string[] | null;
}

/** As sluice_caps has them. */
export type Caps = {
  [name in "seconds" | "rows" | "storedBytes" | "rowsRead" | "bytesPerQuery"]?: LimitFound;
} & { bytesPerDay?: DayFound };

export interface Started {
  /** The request that submitted it, and its place in a trace; null where no request did. */
  request: string | null;
  trace: string | null;
  /** Seconds a statement may take. */
  timeout: number;
  /** What limits allow one statement, each the narrowest of its name; null where there are none. */
  caps: Caps | null;
  statements: StartedStatement[];
}

/** How a backend in the warehouse names the work it does for us. */
export function applicationName(workId: string): string {
  return `sluice ${workId}`;
}

/** Null when the lease is not, or no longer, that work's. */
export async function startWork(work: QueuedWork, workerId: string, backend: Backend | null): Promise<Started | null> {
  const [row] = await sql<{ answer: Started | null }>("start", "select sluice_start($1, $2, $3, $4, $5) as answer", [
    work.id,
    work.lease,
    workerId,
    backend?.pid ?? null,
    backend?.start ?? null,
  ]);
  return row?.answer ?? null;
}

export async function recordBackend(work: QueuedWork, backend: Backend): Promise<boolean> {
  const [row] = await sql<{ held: boolean }>("backend", "select sluice_backend($1, $2, $3, $4) as held", [
    work.id,
    work.lease,
    backend.pid,
    backend.start,
  ]);
  return row?.held ?? false;
}

/** False when the statement was stopped before its turn came. */
export async function beginStatement(lease: string, statementId: string): Promise<boolean> {
  const [row] = await sql<{ begun: boolean }>("begin", "select sluice_begin($1, $2) as begun", [lease, statementId]);
  return row?.begun ?? false;
}

/** What it reads of stored results, before it does: its own rows open no longer than those. */
export async function recordSources(lease: string, statementId: string, executions: string[]): Promise<void> {
  await sql(
    "sources",
    `insert into statement_sources (statement_id, execution_id) select s.id, unnest($3::text[])
     from statements s join work w on w.id = s.work_id where s.id = $2 and w.lease_token = $1
     on conflict do nothing`,
    [lease, statementId, executions],
  );
}

export interface Reserved {
  /** What it may read; null: as much as it wants. */
  bytes: number | null;
  /** Where that is less than was asked for: why. */
  limit: DayFound | null;
}

/**
 * Keeps bytes of its person's day for a statement that is about to read so many at most; null: all that is left.
 * Null when the lease is lost.
 */
export async function reserveBytes(lease: string, statementId: string, most: number | null): Promise<Reserved | null> {
  const values = [lease, statementId, most];
  const [row] = await sql<{ answer: Reserved | null }>(
    "reserve",
    "select sluice_reserve($1, $2, $3) as answer",
    values,
  );
  return row?.answer ?? null;
}

/** Makes the first page readable while the rest arrives. */
export async function showHead(
  lease: string,
  statementId: string,
  columns: Column[],
  head: Buffer,
  rows: number,
): Promise<void> {
  const values = [lease, statementId, JSON.stringify(columns), head, rows];
  await sql("show_head", "select sluice_show_head($1, $2, $3, $4, $5)", values);
}

type Going = "running" | "cancelling";

/** The statement's state, with the rows so far written where they are given; null when the lease is lost. */
export async function lookAt(lease: string, statementId: string, rows: number | null): Promise<Going | null> {
  const [row] =
    rows === null
      ? await sql<{ state: Going }>(
          "look",
          `select s.state::text from statements s join work w on w.id = s.work_id where s.id = $2
             and w.lease_token = $1 and w.state = 'running' and s.state in ('running', 'cancelling')`,
          [lease, statementId],
        )
      : await sql<{ state: Going | null }>("progress", "select sluice_progress($1, $2, $3) as state", [
          lease,
          statementId,
          rows,
        ]);
  return row?.state ?? null;
}

export interface End {
  state: "succeeded" | "failed" | "cancelled";
  columns?: Column[] | null;
  rowCount?: number | null;
  truncated?: boolean;
  limitedBy?: string | null;
  resultKey?: string | null;
  resultBytes?: number | null;
  headRows?: number;
  /** Since the statement's start. */
  firstRowMs?: number | null;
  cost?: StatementCost | null;
  error?: StatementError | null;
  stopReason?: string | null;
}

/** JSON that jsonb takes whatever an engine's message holds. */
function storable(end: End): string {
  return JSON.stringify(end, (_key, value) =>
    typeof value === "string" ? value.replaceAll("\u0000", "").toWellFormed() : value,
  );
}

interface Finished extends pg.QueryResultRow {
  admitted: Admitted[] | null;
}

/**
 * Ends a statement, and asks until the database answers: false means that somebody else holds the lease now and
 * has ended it. Whoever waits is woken, and what the freed slot admits goes on the queue.
 */
export async function endStatement(
  lease: string,
  statementId: string,
  end: End,
  head: Buffer | null,
): Promise<boolean> {
  for (let attempt = 0; ; attempt++) {
    try {
      const values = [lease, statementId, storable(end), head];
      const [row] = await sql<Finished>("finish", "call sluice_finish($1, $2, $3, $4, null)", values);
      if (!row?.admitted) return false;
      offer(row.admitted);
      return true;
    } catch (error) {
      if (!mayPass(error)) throw error;
      logger.warn({ statement: statementId, error: (error as Error).message }, "end not written yet; trying again");
      await delay(Math.min(2_000, 50 * 2 ** attempt));
    }
  }
}
