import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { namedTables, seenOf } from "@/lib/connections/catalog";
import { getExecution } from "@/lib/executions/data";
import { laneWithin } from "@/lib/gate/lane-of";
import { pinOperators } from "@/lib/pipelines/pin-operators";
import { sql } from "@/lib/platform/db/pool";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { resultsWarehouse } from "@/lib/tables/schema";
import { saveDocument, savedFrom } from "./save-document";
import type { SavedTable, SaveTable, ScratchView, StartedSave } from "./schema";
import { scratchOf } from "./scratch";
import { createRun } from "./start-run";

/**
 * Saves the rows of an execution as a table of a team's scratch schema: its SQL runs once more through the gate, without the row
 * limit, as this person's own reader, and what it brings replaces no table of anybody's unless they say so.
 * @throws SluiceError forbidden, not_found, conflict where there are no rows or the name is taken, invalid at the field
 */
export async function saveTable(
  ctx: Context,
  executionId: string,
  asked: SaveTable,
  id = newId(),
): Promise<StartedSave> {
  allow(ctx, "pipeline.run");
  const view = await getExecution(ctx, executionId);
  if (view.state !== "succeeded" || !view.columns?.length)
    throw new SluiceError("conflict", "Only rows can be saved as a table, and this has none. Save one that succeeded.");
  const { engine, name: from } = await warehouseFor(view.warehouse.id);
  if (!savedFrom.includes(engine) || from === resultsWarehouse)
    throw new SluiceError("conflict", `What ${from} answers cannot be saved as a table yet. Download it instead.`);
  const { team, warehouse, schema } = placeOf(await scratchOf(ctx), asked, view.warehouse.id);
  const saves: SavedTable = { execution: view.id, warehouse, team: team.name, schema, table: asked.table };
  const known = await sql("run-known", "select 1 from runs where id = $1", [id]);
  // The same request again finds its own table there.
  if (!asked.replace && known.length === 0) await refuseTaken(ctx, saves);
  const source = { engine, warehouse: from, sql: view.sql, parameters: view.parameters };
  const into = (await warehouseFor(warehouse.id)).engine;
  const { document, params } = saveDocument(`save_${id}`, source, { ...saves, engine: into }, asked.replace);
  const { pins } = await pinOperators(document, null);
  const now = new Date();
  const started = await createRun(ctx, {
    pipeline: { id: null, name: document.name, owner_id: ctx.user.id, team_id: team.id },
    version: { number: 0, document, pins },
    // Nothing in it asks for the interval, but for the zone that the rows were read in.
    interval: { from: new Date(now.getTime() - 1), to: now, timeZone: view.timeZone },
    params,
    trigger: "save",
    lane: laneWithin(ctx, "interactive"),
    saves: { saves, teamId: team.id, byAdmin: false },
    id,
  });
  return { ...started, saves };
}

/** That which was named; without a name the only one, or the only one beside the rows. */
function placeOf({ items, ask }: ScratchView, asked: SaveTable, own: string): ScratchView["items"][number] {
  if (items.length === 0)
    throw new SluiceError("forbidden", `No team of yours has a schema to save tables in. Ask ${ask} for one.`);
  const is = (one: { id: string; name: string }, name: string | undefined) =>
    name === undefined || one.id === name || one.name === name;
  const ofTeam = items.filter(({ team }) => is(team, asked.team));
  if (ofTeam.length === 0)
    throw invalidAt("team", `${asked.team} has no schema to save tables in. Ask ${ask} for one.`);
  const fits = ofTeam.filter(({ warehouse }) => is(warehouse, asked.warehouse));
  if (fits.length === 0)
    throw invalidAt("warehouse", `There is no schema to save tables in there. Ask ${ask} for one.`);
  const beside = asked.warehouse === undefined ? fits.filter(({ warehouse }) => warehouse.id === own) : [];
  const [found, other] = beside.length > 0 ? beside : fits;
  if (!found) throw new Error("no place among places");
  if (!other) return found;
  throw asked.team === undefined && other.team.id !== found.team.id
    ? invalidAt("team", "Say for which team: several of yours save tables.")
    : invalidAt("warehouse", "Say in which warehouse: the team saves tables in several.");
}

const listAgeMs = 5_000;

/** As far as is known before; the stage looks again, in the transaction that makes the table. */
async function refuseTaken(ctx: Context, { warehouse, schema, table }: SavedTable): Promise<void> {
  const [by] = await sql<{ name: string; at: Date; end: Date }>(
    "saved_by",
    `select u.name, r.created_at as at, r.finished_at as end from tries y join runs r on r.id = y.run_id join users u on u.id = r.user_id
     where y.saves is not null and y.saves->'warehouse'->>'id' = $1 and y.saves->>'schema' = $2 and y.saves->>'table' = $3
       and r.state = 'succeeded' order by r.id desc limit 1`,
    [warehouse.id, schema, table],
  );
  // A list from before that run's end does not know its table.
  await seenOf(ctx, warehouse.id, by ? Math.min(listAgeMs, Date.now() - by.end.getTime()) : listAgeMs);
  const [there] = await namedTables(ctx, warehouse.id, [`${schema}.${table}`]);
  if (!there) return;
  const who = by ? `, saved by ${by.name} on ${by.at.toISOString().slice(0, 10)}` : "";
  const message = `${schema}.${table} is there already${who}. Choose another name, or have it replaced.`;
  throw new SluiceError("conflict", message, { fields: [{ field: "table", message }], taken: true });
}
