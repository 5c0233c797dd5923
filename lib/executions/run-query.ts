import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import type { Standing } from "@/lib/access/shares";
import { durable } from "@/lib/platform/db/pool";
import { forgetCallback, keepCallback } from "./callback";
import type { Callback, Lane, ParameterValues, Submitted } from "./schema";
import { type SavedQuery, type SubmitAnswer, submit } from "./submit";
import { executionUrl } from "./url";

export interface RunQuery {
  warehouse: string;
  sql: string;
  parameters?: ParameterValues | undefined;
  maxAgeSeconds?: number | undefined;
  lane?: Lane | undefined;
  limit?: number | undefined;
  timeZone?: string | undefined;
  query?: SavedQuery | undefined;
  by?: Standing | undefined;
  executionId?: string | undefined;
  callback?: Callback | undefined;
}

/** An execution that is under way, and that a crash of the database server could still take. */
export interface Started extends Submitted {
  statementId: string;
  outcome: SubmitAnswer["outcome"];
}

/**
 * Runs one statement, joins it to the same one that is under way, or reuses a young enough result. For a caller who
 * then waits for its end (waitForExecution); everybody else calls runQuery.
 * @throws SluiceError forbidden, not_found (no such warehouse for them), invalid
 */
export async function startQuery(ctx: Context, input: RunQuery): Promise<Started> {
  allow(ctx, "execution.run");
  return startAllowed(ctx, input);
}

/** The same for a caller that has asked by what right: also viewers run saved queries. */
export async function startAllowed(ctx: Context, input: RunQuery): Promise<Started> {
  const { sql, parameters, callback, ...rest } = input;
  // Before the execution: one that ends at once has told by then whom to tell.
  if (callback) rest.executionId = await keepCallback(callback, rest.executionId);
  const request = { ...rest, statements: [{ sql, parameters }], batchId: null };
  const { executionIds, statementId, outcome, state } = await submit(ctx, request).catch(async (error: unknown) => {
    if (callback && rest.executionId) await forgetCallback(rest.executionId);
    throw error;
  });
  const [id = ""] = executionIds;
  return { id, url: executionUrl(id), state, statementId, outcome };
}

/** The same, for good: the execution is on disk when this returns. */
export async function runQuery(ctx: Context, input: RunQuery): Promise<Submitted> {
  const { id, url, state, outcome } = await startQuery(ctx, input);
  if (outcome !== "reused") await durable();
  return { id, url, state };
}
