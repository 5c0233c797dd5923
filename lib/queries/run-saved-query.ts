import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { personNow, type Standing } from "@/lib/access/shares";
import { type Started, startAllowed } from "@/lib/executions/run-query";
import type { Submitted } from "@/lib/executions/schema";
import { durable } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { applyOptional, readValues } from "./parameters";
import { type OpenQuery, queryFor } from "./row";
import { runStanding } from "./run-standing";
import type { RunSaved } from "./schema";
import { versionOf } from "./versions";

/**
 * Runs a saved version with these values. Viewers may, too: the text is not theirs to choose.
 * @throws SluiceError not_found, invalid at `parameters.name`
 */
export async function startSavedQuery(
  ctx: Context,
  id: string,
  input: Partial<RunSaved>,
  executionId?: string,
  /** By whose grant, where that was asked already (list-standing.ts). */
  through?: Standing,
): Promise<Started> {
  allow(ctx, "query.run");
  const query = await queryFor(through?.grantor ?? ctx, id);
  const version = input.version ?? query.version;
  const by = through ?? (query.shared ? await standingFor(ctx, query, query.shared, version) : undefined);
  const { sql, parameters } = version === query.version ? query : await versionOf(id, version);
  const timeZone = input.timeZone ?? (ctx.source === "web" ? ctx.user.timeZone : null) ?? "UTC";
  const { values, given, problems } = readValues(parameters, input.parameters ?? {}, { now: new Date(), timeZone });
  if (problems[0]) {
    const fields = problems.map(({ field, message }) => ({ field: `parameters.${field}`, message }));
    throw new SluiceError("invalid", `${problems[0].field}: ${problems[0].message}`, { fields });
  }
  const { maxAgeSeconds, lane, limit, callback } = input;
  return startAllowed(ctx, {
    warehouse: query.warehouse_id,
    sql: applyOptional(sql, values, query.engine),
    parameters: values,
    timeZone,
    maxAgeSeconds,
    lane,
    limit,
    query: { id, version, values: limit === undefined ? given : undefined },
    by,
    executionId,
    callback,
  });
}

/** @throws SluiceError forbidden, saying whom to ask */
async function standingFor(ctx: Context, query: OpenQuery, seen: Standing, version: number): Promise<Standing> {
  const by = await runStanding(ctx, query, version);
  if (by) return by;
  const sharer = (await personNow(seen.share.sharer_id))?.user.name ?? "Whoever shared it";
  throw new SluiceError(
    "forbidden",
    seen.share.allows === "run"
      ? `Version ${version} of this query is not the text that ${sharer} shared with you. Ask ${sharer} to share it again.`
      : `${sharer} shared this query with you to see, not to run. Ask ${sharer} to share it as “see and run”.`,
  );
}

/** The same, for good: the execution is on disk when this returns. */
export async function runSavedQuery(
  ctx: Context,
  id: string,
  input: Partial<RunSaved>,
  executionId?: string,
): Promise<Submitted> {
  const { id: execution, url, state, outcome } = await startSavedQuery(ctx, id, input, executionId);
  if (outcome !== "reused") await durable();
  return { id: execution, url, state };
}
