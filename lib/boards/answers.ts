import type { Context } from "@/lib/access/context";
import { getChart } from "@/lib/charts/data";
import { getExecution } from "@/lib/executions/data";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { getQuery, latestAnswer, newestWithoutAnswer } from "@/lib/queries/data";
import { readValues } from "@/lib/queries/parameters";
import type { GivenValues, QueryView } from "@/lib/queries/schema";
import { getBoard } from "./data";
import type { BoardView, QueryTile, TileAnswer } from "./schema";
import { boardValues, queryPath, tileValues } from "./tile-values";

/** What stands in each tile for these values of the board's parameters; one that cannot be shown leaves the others. */
export async function boardAnswers(ctx: Context, id: string, given: GivenValues = {}): Promise<TileAnswer[]> {
  const board = await getBoard(ctx, id);
  const tiles = board.tiles.filter((tile) => tile.kind === "query");
  return Promise.all(tiles.map((tile) => answerIn(ctx, board, tile, given)));
}

/** A tile's query as this reader sees it, and what the board says to it; null where they may not see it. */
export async function tileQuery(ctx: Context, board: BoardView, tile: QueryTile, given: GivenValues) {
  const query = await getQuery(ctx, tile.query).catch(refused);
  if (!query) return null;
  const shared = { parameters: board.parameters, values: boardValues(board.parameters, given) };
  return { query, values: tileValues(tile, query.parameters, shared) };
}

const refused = (error: unknown): null => {
  if (error instanceof SluiceError && (error.code === "not_found" || error.code === "forbidden")) return null;
  throw error;
};

async function answerIn(ctx: Context, board: BoardView, tile: QueryTile, given: GivenValues): Promise<TileAnswer> {
  const nothing = {
    ...{ tile: tile.id, title: tile.title || null, asked: false, mayRun: false, problem: null },
    ...{ answer: null, newer: null, spec: null, path: null },
  };
  const found = await tileQuery(ctx, board, tile, given);
  if (!found) return { ...nothing, state: "closed", asked: await hasAsked(ctx, tile.query) };
  const { query, values } = found;
  const chart = tile.as === "chart" && tile.chart ? await getChart(ctx, tile.chart).catch(refused) : null;
  const shown = {
    ...nothing,
    title: tile.title || chart?.title || query.title,
    mayRun: query.may.run,
    spec: chart?.spec ?? null,
    path: queryPath(query.id, values),
  };
  if (tile.as === "chart" && tile.chart && !chart) {
    const problem = "The chart that stood here was removed. Choose another, or take the tile off the board.";
    return { ...shown, state: "gone", problem };
  }
  const read = readValues(query.parameters, values, { now: new Date(), timeZone: "UTC" });
  if (read.problems[0]) {
    const problem = `${labelOf(query, read.problems[0].field)}: ${read.problems[0].message}`;
    return { ...shown, state: "values", problem };
  }
  const [answer, newer] = await Promise.all([
    latestAnswer(ctx, query, read.given),
    newestWithoutAnswer(ctx, query, read.given),
  ]);
  return {
    ...shown,
    state: "open",
    answer: answer ? await getExecution(ctx, answer.executionId).catch(refused) : null,
    newer: newer ? await getExecution(ctx, newer).catch(refused) : null,
  };
}

const labelOf = (query: QueryView, name: string) => query.parameters.find((one) => one.name === name)?.label || name;

async function hasAsked(ctx: Context, objectId: string): Promise<boolean> {
  const mine = { kind: "query", objectId, userId: ctx.user.id, state: "open" };
  return (await db().accessRequest.findFirst({ where: mine, select: { id: true } })) !== null;
}
