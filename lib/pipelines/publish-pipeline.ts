import { isDeepStrictEqual } from "node:util";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { wayTo } from "@/lib/access/rights";
import { readCatalogue } from "@/lib/operators/catalogue";
import { pool } from "@/lib/platform/db/pool";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { usableSecrets } from "@/lib/secrets/data";
import { teamsOf } from "@/lib/teams/data";
import { anyImage } from "./any-image";
import { parseDocument, type TextFormat, writeYaml } from "./document";
import { knownTo } from "./known";
import { type Knows, lintText } from "./lint";
import { pinImages } from "./pin-images";
import { type Pins, pinOperators } from "./pin-operators";
import { type PipelineRow, requirePipelineEdit, rowColumns, rowTables } from "./row";
import { syncSchedules } from "./schedules";
import type { PipelineDocument, Problem, PublishQuery } from "./schema";
import { grantedSchemas } from "./schema-grants";

export interface Publishing extends PublishQuery {
  text: string;
  format: TextFormat;
}

/** What became of it: the version that is live now, and whether this made it. */
export interface Published {
  id: string;
  version: number;
  outcome: "created" | "changed" | "same";
  warnings: Problem[];
}

/**
 * Makes a document the live version of its pipeline, or a pipeline of it, when nothing is wrong with it. Operators are
 * pinned as they are now. The same document again changes nothing.
 * @throws SluiceError forbidden, invalid {problems}, conflict where another version is live than it was made from, or where
 * it lives elsewhere
 */
export async function publishPipeline(ctx: Context, name: string, input: Publishing): Promise<Published> {
  allow(ctx, "pipeline.write");
  const row = await named(name);
  // Whether there is one of that name says nothing more than that the name is taken.
  if (row) requirePipelineEdit(ctx, row);
  if (row) refuseElsewhere(row, input);
  const parsed = parseDocument(input.text, input.format);
  const team = await teamFor(ctx, parsed.ok ? parsed.document.owner : undefined, row);
  const { installed, broken } = await readCatalogue();
  const operators = { manifests: installed.map(({ manifest }) => manifest), broken };
  const knows = await knownFor(ctx, parsed.ok ? parsed.document : null, team);
  const problems = lintText(input.text, input.format, operators, knows);
  const wrong = problems.filter(({ severity }) => severity === "error");
  if (!parsed.ok || wrong.length > 0) throw refused(parsed.ok ? wrong : parsed.problems);
  const { document } = parsed;
  if (document.name !== name)
    throw invalidAt("/name", `The document is of the pipeline ${document.name}; publish it under that name.`);
  const before = row && (await pinsOf(row));
  const { pins, loose } = await pinOperators(document, before);
  refuseFreeWriters(ctx, document, pins);
  refuseAnyImage(document, pins, knows.anyImage);
  // Nobody's registry is asked for somebody who may not name it.
  loose.push(...(await pinImages(document, pins, before)));
  const text = input.format === "yaml" ? input.text : writeYaml(document);
  const next = { document, pins, text, team, warehouses: await warehouseIds(document, pins), input };
  const made = await db().$transaction((tx) => write(tx, ctx, row?.id ?? null, next));
  return { ...made, warnings: [...problems, ...loose] };
}

interface Next {
  document: PipelineDocument;
  pins: Pins;
  text: string;
  team: string | null;
  warehouses: string[];
  input: Publishing;
}

async function write(
  tx: Transaction,
  ctx: Context,
  known: string | null,
  next: Next,
): Promise<Omit<Published, "warnings">> {
  const { document, pins, text, team, warehouses, input } = next;
  const id = known ?? newId();
  // Whoever comes second waits here, and finds the first one's version.
  if (known) await tx.$queryRaw`select 1 from pipelines where id = ${id} for update`;
  const before = known ? await tx.pipeline.findUniqueOrThrow({ where: { id } }) : null;
  const live = before?.version ?? 0;
  if (input.base !== undefined && input.base !== live)
    throw new SluiceError(
      "conflict",
      `Version ${live} was published while you worked on version ${input.base}. Look at both, then publish again on top of it.`,
      { live },
    );
  if (before) refuseElsewhere(before, input);
  const source = input.source ?? null;
  const latest =
    before && (await tx.pipelineVersion.findUnique({ where: { pipelineId_number: { pipelineId: id, number: live } } }));
  const byAdmin = ctx.user.role === "admin";
  const same =
    latest !== null &&
    latest.text === text &&
    isDeepStrictEqual(latest.pins, JSON.parse(JSON.stringify(pins))) &&
    latest.byAdmin === byAdmin;
  if (same && before && before.source === source && before.archivedAt === null && before.teamId === team)
    return { id, version: live, outcome: "same" };
  const version = same ? live : live + 1;
  const facts = { title: document.title ?? null, teamId: team, version, source, warehouses, archivedAt: null };
  if (before) await tx.pipeline.update({ where: { id }, data: { ...facts, updatedAt: new Date() } });
  else
    await tx.pipeline
      .create({ data: { id, name: document.name, ownerId: ctx.user.id, ...facts } })
      .catch(taken("/name", `There is a pipeline ${document.name} already.`));
  if (!same)
    await tx.pipelineVersion.create({
      data: {
        ...{ pipelineId: id, number: version, text, note: input.note ?? "", authorId: ctx.user.id, byAdmin },
        ...{ document: document as object, pins: pins as object },
      },
    });
  await syncSchedules(tx, id, before?.ownerId ?? ctx.user.id, document);
  await tx.pipelineDraft.deleteMany({ where: { userId: ctx.user.id, name: document.name } });
  const action = before ? "pipeline.publish" : "pipeline.create";
  await audit(tx, ctx, action, `pipeline:${id}`, { name: document.name, version, note: input.note, source });
  return { id, version, outcome: before ? "changed" : "created" };
}

/** What the person may use, and where this team may write. */
export async function knownFor(ctx: Context, document: PipelineDocument | null, team: string | null): Promise<Knows> {
  // A team's pipeline reaches what its team was granted (doors.ts).
  const acting = team === null || ctx.user.role === "admin" ? ctx : { ...ctx, teamIds: [team] };
  const [seen, secrets, image] = await Promise.all([
    knownTo(acting, document),
    usableSecrets(team, ctx.teamIds),
    // A right is the person's own, by whichever of their teams.
    wayTo(ctx, "image"),
  ]);
  const known = { ...seen, secrets, anyImage: image };
  if (ctx.user.role === "admin") return known;
  const granted = await Promise.all(
    known.warehouses.map(
      async ({ name }) => [name, await grantedSchemas(team, (await warehouseFor(name)).id)] as const,
    ),
  );
  const schemas = new Map(granted);
  return { ...known, schemas: (warehouse) => schemas.get(warehouse) ?? [] };
}

export async function named(name: string): Promise<PipelineRow | null> {
  const { rows } = await pool().query<PipelineRow>(`select ${rowColumns} from ${rowTables} where p.name = $1`, [name]);
  return rows[0] ?? null;
}

/** What is applied from a repository is changed there: another text would be gone with the next commit. */
function refuseElsewhere({ source }: { source: string | null }, input: PublishQuery): void {
  if (source === null || source === input.source || input.takeOver === "true") return;
  throw new SluiceError(
    "conflict",
    `This pipeline lives in ${source}. Change it there and apply it, or take it over: publish it with takeOver=true.`,
    { source },
  );
}

/** That which the document names; without one the team that it has, and of a new one its author's where they have but one. */
export async function teamFor(
  ctx: Context,
  owner: string | undefined,
  row: PipelineRow | null,
): Promise<string | null> {
  if (owner === undefined) return row ? row.team_id : ctx.teamIds.length === 1 ? (ctx.teamIds[0] ?? null) : null;
  const teams = await teamsOf(ctx);
  // One that is none is said by the linter, at its place.
  return teams.find(({ name }) => name === owner)?.id ?? null;
}

async function pinsOf({ id, version }: PipelineRow): Promise<Pins> {
  const found = await db().pipelineVersion.findUnique({
    where: { pipelineId_number: { pipelineId: id, number: version } },
    select: { pins: true },
  });
  return (found?.pins ?? {}) as unknown as Pins;
}

/** A program that may write anything, where no parameter says what, is for admins to let loose. */
function refuseFreeWriters(ctx: Context, document: PipelineDocument, pins: Pins): void {
  if (ctx.user.role === "admin") return;
  for (const [at, stage] of document.stages.entries()) {
    const manifest = pins[stage.operator]?.manifest;
    const writer = manifest?.connections.find(({ role, parameter }) => role === "writer" && stage.params?.[parameter]);
    if (writer && !manifest?.writes)
      throw invalidAt(
        `/stages/${at}/params/${writer.parameter}`,
        `${stage.id}: ${stage.operator} may write anywhere in ${String(stage.params?.[writer.parameter])}, so an admin has to publish it.`,
      );
  }
}

/**
 * By what it is pinned to, whatever the linter saw: of very many problems it says the first ones only.
 * @param way as of `anyImage`
 * @param within the field that holds the document
 */
export function refuseAnyImage({ stages }: PipelineDocument, pins: Pins, way: string | null = null, within?: string) {
  const wrong = stages.flatMap((stage, at) => anyImage({ at, stage, manifest: pins[stage.operator]?.manifest }, way));
  if (wrong.length > 0) throw refused(wrong, within);
}

async function warehouseIds(document: PipelineDocument, pins: Pins): Promise<string[]> {
  const names = document.stages.flatMap((stage) =>
    (pins[stage.operator]?.manifest.connections ?? []).map(({ parameter }) => stage.params?.[parameter]),
  );
  const named = [...new Set(names)].filter((name) => typeof name === "string" && name !== "");
  return Promise.all(named.map(async (name) => (await warehouseFor(name as string)).id));
}

/** @param within the field that holds the document; without one the document is all that was sent */
export function refused(problems: Problem[], within?: string): SluiceError {
  const [first] = problems;
  const where = first?.stage ? `${first.stage}: ` : "";
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const fields = problems.map(({ field, message, fix }) => ({
    field: within === undefined ? field : `${within}${field.replaceAll("/", ".")}`,
    message: `${message} ${fix}`,
  }));
  return new SluiceError("invalid", `${where}${first?.message} ${first?.fix}${more}`, { fields, problems });
}
