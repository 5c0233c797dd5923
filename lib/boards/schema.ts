import { z } from "zod";
import { executionView, timeZone } from "@/lib/executions/schema";
import { answerQuery, givenValues, parameterList, parameterSchema, texts } from "@/lib/queries/schema";

/** Shapes of boards on the wire. Pure: the browser uses them too. */

export const boardColumns = 12;
export const mostTiles = 50;

const id = z.string().min(1).max(100);

/** Where a parameter of a tile's query has its value from: a parameter of the board, or always the same. */
const source = z.union([
  z.strictObject({ board: z.string().min(1).max(100) }),
  z.strictObject({ value: givenValues.valueType }),
]);

const place = {
  /** Its own, chosen by whoever writes the board; tiles stand in their order. */
  id,
  /** Columns of the grid that it takes, of 12; on a phone all tiles are as wide as the page. */
  width: z.number().int().min(2, "A tile is 2 columns wide at least.").max(boardColumns).default(6),
  /** Rows of 80 pixels. */
  height: z.number().int().min(1).max(20).default(4),
};

/** Answers of a saved query. Parameters that are not named take the value of the board's one of the same name. */
const queryTile = z.strictObject({
  ...place,
  kind: z.literal("query"),
  query: id,
  /** The query's or chart's own title without it. */
  title: z.string().trim().max(200).optional(),
  as: z.enum(["chart", "table"]).default("chart"),
  /** A saved chart of the query; without it a chart is proposed from the columns. */
  chart: id.nullable().default(null),
  parameters: z.record(z.string().max(100), source).default({}),
});
const textTile = z.strictObject({
  ...place,
  kind: z.literal("text"),
  /** Markdown. */
  text: z.string().max(50_000),
});
export const tileSchema = z.discriminatedUnion("kind", [queryTile, textTile]);
export type Tile = z.infer<typeof tileSchema>;
export type QueryTile = z.infer<typeof queryTile>;

const tiles = z
  .array(tileSchema)
  .max(mostTiles, `A board has ${mostTiles} tiles at most.`)
  .superRefine((all, context) => {
    all.forEach((one, at) => {
      if (all.findIndex((other) => other.id === one.id) < at)
        context.addIssue({ code: "custom", path: [at, "id"], message: "Two tiles have this id." });
    });
  });

export const saveBoardSchema = z.strictObject({
  title: texts.title,
  description: texts.description.default(""),
  parameters: parameterList.default([]),
  tiles: tiles.default([]),
  team: texts.team.default(null),
});
export type SaveBoard = z.infer<typeof saveBoardSchema>;

export const updateBoardSchema = z.strictObject({
  /** The revision that this change was made from. When there is a newer one, it is refused and nothing is lost. */
  revision: z.number().int().min(1).max(1_000_000_000).optional(),
  title: texts.title.optional(),
  description: texts.description.optional(),
  parameters: parameterList.optional(),
  tiles: tiles.optional(),
  team: texts.team.optional(),
  /** A person's id: hands the board over. */
  owner: id.optional(),
  archived: z.boolean().optional(),
});
export type UpdateBoard = z.infer<typeof updateBoardSchema>;

/** Puts a tile at the end, and the parameters of its query that the board has none of the same name for. */
export const addTileSchema = z.strictObject({
  query: id,
  as: z.enum(["chart", "table"]).default("chart"),
  chart: id.nullable().default(null),
});
export type AddTile = z.infer<typeof addTileSchema>;

export const copyBoardSchema = z.strictObject({ title: texts.title.optional() });

const named = z.object({ id: z.string(), name: z.string() });

export const boardItem = z.object({
  id: z.string(),
  url: z.string(),
  title: z.string(),
  /** In lists the first 300 characters. */
  description: z.string(),
  owner: z.object({ user: named, team: named.nullable() }),
  tileCount: z.number(),
  revision: z.number(),
  archivedAt: z.string().nullable(),
  favourite: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type BoardItem = z.infer<typeof boardItem>;

export const boardView = boardItem.extend({
  parameters: z.array(parameterSchema),
  tiles: z.array(tileSchema),
  may: z.object({ edit: z.boolean() }),
});
export type BoardView = z.infer<typeof boardView>;

export const boardsQuery = z.strictObject({
  /** A part of the title or of the owner's name. */
  q: z.string().trim().max(200).optional(),
  favourite: z.enum(["true", "false"]).optional(),
  archived: z.enum(["true", "false"]).optional(),
  /** Boards that show this query. */
  query: id.optional(),
  /** Only those that the one who asks may change. */
  mine: z.enum(["true", "false"]).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,15}_[0-9a-z]{1,64}$/, "Use `next` of the page before.")
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type BoardsQuery = z.infer<typeof boardsQuery>;

export const boardAnswersQuery = answerQuery;

/** What stands in one tile now. */
export const tileAnswer = z.object({
  tile: z.string(),
  /**
   * `open`: the reader may see the query. `closed`: they may not, and of it nothing is known but its id, to ask for
   * access. `values`: the board's values do not fit it. `gone`: its chart was removed.
   */
  state: z.enum(["open", "closed", "values", "gone"]),
  title: z.string().nullable(),
  /** Whether this reader has asked for access already. */
  asked: z.boolean(),
  mayRun: z.boolean(),
  /** What must be said instead of an answer. */
  problem: z.string().nullable(),
  /** The newest whole answer to these values. */
  answer: executionView.nullable(),
  /** A newer run that is under way or failed. */
  newer: executionView.nullable(),
  /** The chart's spec; null where one is proposed. */
  spec: z.unknown().nullable(),
  /** The query with the tile's values, below our own origin. */
  path: z.string().nullable(),
});
export type TileAnswer = z.infer<typeof tileAnswer>;
export const boardAnswersView = z.object({ items: z.array(tileAnswer), next: z.null() });

export const refreshBoardSchema = z.strictObject({
  parameters: givenValues.default({}),
  /** Younger answers are taken as they are. */
  maxAgeSeconds: z.number().int().min(0).max(31_536_000).optional(),
  timeZone: timeZone.optional(),
  /** Ids of tiles; all without it. */
  tiles: z.array(id).max(mostTiles).optional(),
});
export type RefreshBoard = z.infer<typeof refreshBoardSchema>;

export const refreshedView = z.object({
  items: z.array(z.object({ tile: z.string(), execution: z.string().nullable(), problem: z.string().nullable() })),
});
export type Refreshed = z.infer<typeof refreshedView>;
