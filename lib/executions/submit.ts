import type { Context } from "@/lib/access/context";
import { readerFor } from "@/lib/access/reader";
import type { Standing } from "@/lib/access/shares";
import { type LimitFound, refusalWords } from "@/lib/gate/hold";
import { laneOf } from "@/lib/gate/lane-of";
import type { Admitted } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import { sha256 } from "@/lib/platform/crypto";
import { sql as query } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { pagesFirst } from "@/lib/platform/pages-first";
import { addToSubject, oneOrAll, subjectNow } from "@/lib/platform/subject";
import { tracing } from "@/lib/platform/tracing";
import { bindStatement } from "./parameters";
import type { ExecutionState, Lane, ParameterValues } from "./schema";

/** The saved query that a statement came from. */
export interface SavedQuery {
  id: string;
  version: number;
  /** What was given for its parameters, when every row is stored: this is then an answer to find again. */
  values?: Record<string, string | string[] | null> | undefined;
}

export interface SubmitRequest {
  warehouse: string;
  statements: { sql: string; parameters?: ParameterValues | undefined }[];
  batchId: string | null;
  lane?: Lane | undefined;
  limit?: number | undefined;
  timeZone?: string | undefined;
  /**
   * Chosen by a caller who must find it again whatever happens to this process; of the first statement. What is there
   * under it already is what the same request has made before, and is the answer.
   */
  executionId?: string | undefined;
  maxAgeSeconds?: number | undefined;
  query?: SavedQuery | undefined;
  /** Runs by another's grant, through a share of theirs; the limits are those of the person who asks. */
  by?: Standing | undefined;
}

export interface SubmitAnswer {
  outcome: "new" | "joined" | "reused" | "found";
  /** Where the outcome is `found`: that of the batch which is there. */
  batchId?: string;
  executionIds: string[];
  statementId: string;
  state: ExecutionState;
}

type Row = {
  answer:
    | { outcome: "new" | "joined" | "reused"; statementId: string; state: ExecutionState; admitted: Admitted[] }
    | { outcome: "refused"; limit: LimitFound; admitted: Admitted[] };
};

const fullAgainSeconds = 10;

/** Over a limit on what may wait, on the bytes of a day, or on the statements of an hour. */
function refused(limit: LimitFound): SluiceError {
  const now = Date.now();
  const retryAfter =
    limit.name === "bytesPerDay"
      ? Math.ceil((86_400_000 - (now % 86_400_000)) / 1_000)
      : (limit.retryAfter ?? fullAgainSeconds);
  const { name, scope, title, value } = limit;
  return new SluiceError("rate_limited", refusalWords(limit), { limit: { name, scope, title, value }, retryAfter });
}

/**
 * Writes the executions and asks the gate, in one round trip. Leave to do so was checked by the caller. What programs
 * submit takes turns (lib/platform/pages-first.ts).
 * @throws SluiceError rate_limited over a limit on what may wait, on a day's bytes, or on an hour's statements
 */
export async function submit(ctx: Context, request: SubmitRequest): Promise<SubmitAnswer> {
  return ctx.tokenId === null ? write(ctx, request) : pagesFirst().take(ctx.tokenId, () => write(ctx, request));
}

async function write(ctx: Context, request: SubmitRequest): Promise<SubmitAnswer> {
  const lane = laneOf(ctx, request.lane);
  const single = request.statements.length === 1;
  const { warehouse, readerId } = await readerFor(request.by?.grantor ?? ctx, request.warehouse);
  const bound = request.statements.map((one, n) =>
    bindStatement(
      warehouse.engine,
      one.sql,
      one.parameters ?? {},
      single && !request.batchId ? "sql" : `batch.${n}.sql`,
    ),
  );
  // A program's answers must not change because its owner moved.
  const timeZone = request.timeZone ?? (ctx.source === "web" ? ctx.user.timeZone : null) ?? "UTC";
  const limit = request.limit ?? null;
  const [first] = bound;
  const joinKey =
    single && first ? sha256(JSON.stringify([warehouse.id, readerId, first.sql, first.values, limit, timeZone])) : null;
  const statements = request.statements.map((one, n) => ({
    executionId: (n === 0 && request.executionId) || newId(),
    statementId: newId(),
    sql: one.sql,
    bound: bound[n]?.sql,
    parameters: one.parameters ?? {},
    values: bound[n]?.values ?? [],
    rowLimit: limit,
    timeZone,
    queryId: request.query?.id,
    queryVersion: request.query?.version,
    queryValues: request.query?.values,
    shareId: request.by?.share.id,
    // Of the whole work; read from the first.
    request: n === 0 ? subjectNow()?.request : undefined,
    trace: n === 0 ? tracing()?.parent() : undefined,
    usualPerHour: n === 0 && ctx.assistant ? env().MCP_STATEMENTS_PER_HOUR : undefined,
  }));
  addToSubject({ execution: oneOrAll(statements.map(({ executionId }) => executionId)) });
  const rows = await query<Row>("submit", "select sluice_submit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as answer", [
    newId(),
    warehouse.id,
    readerId,
    ctx.user.id,
    ctx.tokenId,
    lane,
    request.batchId,
    joinKey,
    request.maxAgeSeconds ?? 0,
    JSON.stringify(statements),
  ]).catch(async (error: { code?: string; constraint?: string }) => {
    const taken = request.executionId && error.code === "23505" && error.constraint === "executions_pkey";
    const found = taken ? await made(request.executionId ?? "") : null;
    if (!found) throw error;
    return found;
  });
  if (!Array.isArray(rows)) return rows;
  const answer = rows[0]?.answer;
  if (!answer) throw new Error("sluice_submit gave no answer");
  offer(answer.admitted);
  if (answer.outcome === "refused") throw refused(answer.limit);
  return {
    outcome: answer.outcome,
    executionIds: statements.map((one) => one.executionId),
    statementId: answer.statementId,
    state: answer.state,
  };
}

/** What was submitted under this id before. */
async function made(executionId: string): Promise<SubmitAnswer> {
  const rows = await query<{ id: string; statement_id: string; state: ExecutionState; batch_id: string | null }>(
    "made",
    `select e.id, e.statement_id, e.state::text, e.batch_id from executions one
     join executions e on e.id = one.id or e.batch_id = one.batch_id where one.id = $1 order by e.position`,
    [executionId],
  );
  const [first] = rows;
  if (!first) throw new Error(`execution ${executionId} is neither free nor there`);
  const { statement_id: statementId, state, batch_id: batchId } = first;
  return {
    outcome: "found",
    executionIds: rows.map((row) => row.id),
    statementId,
    state,
    ...(batchId ? { batchId } : {}),
  };
}
