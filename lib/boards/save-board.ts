import { isDeepStrictEqual } from "node:util";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { getChart } from "@/lib/charts/data";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { type ErrorCode, type FieldError, invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { getQuery } from "@/lib/queries/data";
import type { Parameter } from "@/lib/queries/schema";
import { personExists, teamExists } from "@/lib/queries/write-version";
import { getBoard } from "./data";
import { boardFor, requireEdit, tilesOf } from "./row";
import {
  type AddTile,
  type BoardView,
  mostTiles,
  type QueryTile,
  type SaveBoard,
  type Tile,
  type UpdateBoard,
} from "./schema";

/** @throws SluiceError invalid at the field */
export async function createBoard(ctx: Context, input: SaveBoard): Promise<BoardView> {
  allow(ctx, "board.write");
  await checkTiles(ctx, input.tiles, input.parameters, new Map());
  await checkLists(ctx, input.parameters, []);
  checkTeam(ctx, input.team);
  const id = newId();
  await db().$transaction(async (tx) => {
    await teamExists(tx, input.team);
    const { team: teamId, ...content } = input;
    await tx.board.create({ data: { id, ...content, teamId, ownerId: ctx.user.id, changedById: ctx.user.id } });
    await writeQueries(tx, ctx, id, input);
    await audit(tx, ctx, "board.create", `board:${id}`, { title: input.title });
  });
  return getBoard(ctx, id);
}

const contentKeys = ["title", "description", "parameters", "tiles"] as const;

/**
 * Changes a board; what is left out stays. A change that was made from an older board than the latest is refused with
 * the latest one, so that nobody's is lost.
 * @throws SluiceError forbidden, not_found, invalid, conflict {current}
 */
export async function updateBoard(ctx: Context, id: string, input: UpdateBoard): Promise<BoardView> {
  allow(ctx, "board.write");
  const seen = await boardFor(ctx, id);
  requireEdit(ctx, seen);
  if (input.team !== seen.team_id) checkTeam(ctx, input.team ?? null);
  const known = new Map(tilesOf(seen).map((tile) => [tile.id, tile]));
  await checkTiles(ctx, input.tiles ?? tilesOf(seen), input.parameters ?? seen.parameters, known);
  if (input.parameters) await checkLists(ctx, input.parameters, seen.parameters);
  await db().$transaction(async (tx) => {
    // Whoever comes second waits here, and finds the first one's revision.
    await tx.$queryRaw`select 1 from boards where id = ${id} for update`;
    const before = await tx.board.findUniqueOrThrow({ where: { id } });
    const changed = contentKeys.filter(
      (key) => input[key] !== undefined && !isDeepStrictEqual(input[key], before[key]),
    );
    if (input.revision !== undefined && input.revision !== before.revision && changed.length > 0)
      throw await conflict(tx, before);
    if (input.team !== undefined) await teamExists(tx, input.team);
    if (input.owner !== undefined) await personExists(tx, input.owner);
    await tx.board.update({
      where: { id },
      data: {
        ...Object.fromEntries(changed.map((key) => [key, input[key]])),
        ...(changed.length > 0 ? { revision: before.revision + 1, changedById: ctx.user.id } : {}),
        ...(input.team === undefined ? {} : { teamId: input.team }),
        ...(input.owner === undefined ? {} : { ownerId: input.owner }),
        ...(input.archived === undefined
          ? {}
          : { archivedAt: input.archived ? (before.archivedAt ?? new Date()) : null }),
        updatedAt: new Date(),
      },
    });
    if (input.tiles || input.parameters) {
      const parameters = input.parameters ?? (before.parameters as Parameter[]);
      await writeQueries(tx, ctx, id, { tiles: input.tiles ?? tilesOf(before), parameters });
    }
    const { team, owner, archived } = input;
    await audit(tx, ctx, "board.update", `board:${id}`, { changed, team, owner, archived });
  });
  return getBoard(ctx, id);
}

/** Puts a tile at the end, whoever else changes the board, and those of its parameters that the board does not have. */
export async function addTile(ctx: Context, id: string, input: AddTile): Promise<BoardView> {
  allow(ctx, "board.write");
  requireEdit(ctx, await boardFor(ctx, id));
  const query = await getQuery(ctx, input.query);
  const tile: QueryTile = { id: newId(), kind: "query", width: 6, height: 5, parameters: {}, ...input };
  await refuseUnseen(ctx, tile);
  await db().$transaction(async (tx) => {
    await tx.$queryRaw`select 1 from boards where id = ${id} for update`;
    const before = await tx.board.findUniqueOrThrow({ where: { id } });
    const [tiles, parameters] = [[...tilesOf(before), tile], before.parameters as Parameter[]];
    if (tiles.length > mostTiles) throw new SluiceError("invalid", `A board has ${mostTiles} tiles at most.`);
    const added = newParameters(parameters, query.parameters);
    const change = { tiles, parameters: [...parameters, ...added], changedById: ctx.user.id, updatedAt: new Date() };
    await tx.board.update({ where: { id }, data: { ...change, revision: before.revision + 1 } });
    await writeQueries(tx, ctx, id, change);
    await audit(tx, ctx, "board.update", `board:${id}`, { changed: ["tiles"], query: query.id });
  });
  return getBoard(ctx, id);
}

/** Those that the board has none of the same name for; none whose list depends on one of another meaning. */
export function newParameters(board: Parameter[], wanted: Parameter[]): Parameter[] {
  const there = new Set(board.map(({ name }) => name));
  return wanted.filter(({ name }) => !there.has(name));
}

/** One's own copy, with the same tiles. */
export async function copyBoard(ctx: Context, id: string, title: string | undefined): Promise<BoardView> {
  const { parameters, tiles, description, title: old } = await getBoard(ctx, id);
  // Of what one may not see, nothing is put anywhere anew.
  const own: Tile[] = [];
  for (const tile of tiles) if (tile.kind === "text" || (await maySee(ctx, tile.query))) own.push(tile);
  const name = title ?? `${old.slice(0, 190)} (copy)`;
  return createBoard(ctx, { title: name, description, parameters, tiles: own, team: null });
}

const maySee = (ctx: Context, query: string) =>
  getQuery(ctx, query).then(
    () => true,
    () => false,
  );

/** For good, with its shares and schedules; the queries and their answers stay. */
export async function deleteBoard(ctx: Context, id: string): Promise<void> {
  allow(ctx, "board.write");
  const seen = await boardFor(ctx, id);
  requireEdit(ctx, seen);
  await db().$transaction(async (tx) => {
    await tx.board.deleteMany({ where: { id } });
    await tx.favourite.deleteMany({ where: { kind: "board", objectId: id } });
    await tx.share.updateMany({
      where: { kind: "board", objectId: id, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    await audit(tx, ctx, "board.delete", `board:${id}`, { title: seen.title });
  });
}

/** One's own star. Of no concern to anybody else, so the audit log does not tell of it. */
export async function markBoard(ctx: Context, id: string, favourite: boolean): Promise<void> {
  allow(ctx, "query.favourite");
  await boardFor(ctx, id);
  const star = { userId: ctx.user.id, kind: "board", objectId: id };
  if (favourite) await db().favourite.createMany({ data: [star], skipDuplicates: true });
  else await db().favourite.deleteMany({ where: star });
}

const listsOf = (parameters: Parameter[]) => parameters.flatMap((one) => (one.type === "queryList" ? [one.query] : []));

/**
 * What a board shows, with what its form's lists are read from: with whom it is shared reads both. Who put a query there
 * first stays who put it there, as long as it does not go.
 */
async function writeQueries(
  tx: Transaction,
  ctx: Context,
  boardId: string,
  { tiles, parameters }: { tiles: Tile[]; parameters: Parameter[] },
): Promise<void> {
  const tiled = tiles.flatMap((tile) => (tile.kind === "query" ? [tile.query] : []));
  const shown = [...new Set([...tiled, ...listsOf(parameters)])];
  await tx.boardQuery.deleteMany({ where: { boardId, queryId: { notIn: shown } } });
  await tx.boardQuery.createMany({
    data: shown.map((queryId) => ({ boardId, queryId, addedById: ctx.user.id })),
    skipDuplicates: true,
  });
}

/** What a shape cannot say. A tile that stood there already may stay, also for one who may not see its query. */
async function checkTiles(
  ctx: Context,
  tiles: Tile[],
  declared: Parameter[],
  before: Map<string, Tile>,
): Promise<void> {
  const names = new Set(declared.map(({ name }) => name));
  const fields: FieldError[] = [];
  let code: ErrorCode = "invalid";
  for (const [at, tile] of tiles.entries()) {
    if (tile.kind !== "query") continue;
    for (const [name, source] of Object.entries(tile.parameters))
      if ("board" in source && !names.has(source.board))
        fields.push({
          field: `tiles.${at}.parameters.${name}`,
          message: `The board has no parameter ${source.board}. Add it, or give ${name} a value.`,
        });
    const old = before.get(tile.id);
    if (old?.kind === "query" && old.query === tile.query && old.chart === tile.chart) continue;
    await refuseUnseen(ctx, tile).catch((error: unknown) => {
      if (!(error instanceof SluiceError)) throw error;
      if (fields.length === 0) code = error.code;
      fields.push({ field: `tiles.${at}.${error.extra.fields?.[0]?.field ?? "query"}`, message: error.message });
    });
  }
  if (fields[0]) throw new SluiceError(code, fields[0].message, { fields });
}

/** Nobody puts the list of a query that they may not see into a form. One that stood there already may stay. */
async function checkLists(ctx: Context, parameters: Parameter[], before: Parameter[]): Promise<void> {
  const known = new Set(listsOf(before));
  const fields: FieldError[] = [];
  for (const [at, one] of parameters.entries())
    if (one.type === "queryList" && !known.has(one.query) && !(await maySee(ctx, one.query)))
      fields.push({ field: `parameters.${at}.query`, message: "There is no such query that you may open." });
  if (fields[0]) throw new SluiceError("invalid", fields[0].message, { fields });
}

async function refuseUnseen(ctx: Context, tile: QueryTile): Promise<void> {
  await getQuery(ctx, tile.query);
  if (tile.chart === null) return;
  const chart = await getChart(ctx, tile.chart).catch(() => null);
  if (chart?.query?.id === tile.query) return;
  throw invalidAt("chart", "There is no such chart of this query.");
}

function checkTeam(ctx: Context, team: string | null): void {
  if (team === null || ctx.user.role === "admin" || ctx.teamIds.includes(team)) return;
  throw invalidAt("team", "Choose a team that you are in.");
}

async function conflict(tx: Transaction, current: Awaited<ReturnType<Transaction["board"]["findUniqueOrThrow"]>>) {
  const author = await tx.user.findUnique({ where: { id: current.changedById }, select: { name: true } });
  const { revision, title, description, parameters, tiles } = current;
  const who = author?.name ?? "Somebody";
  return new SluiceError(
    "conflict",
    `${who} changed this board while you worked on it. Nothing is lost: look at both, then save again on top of theirs.`,
    { current: { revision, author: who, title, description, parameters, tiles } },
  );
}
