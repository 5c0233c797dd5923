import { db } from "@/lib/platform/db/prisma";
import { readValues } from "@/lib/queries/parameters";
import type { GivenValues, Parameter } from "@/lib/queries/schema";
import { tilesOf } from "./row";
import type { QueryTile } from "./schema";
import { boardValues, tileValues } from "./tile-values";

interface Wanted {
  board: string;
  query: string;
  version: number;
  given: Record<string, string | string[] | null>;
}

/**
 * Notes which answers each board shows as it is opened, and as its schedules refresh it, for every reader: those that
 * retention leaves alone. What is asked with other values is kept as any result is.
 */
export async function keepBoardAnswers(): Promise<number> {
  const boards = await db().board.findMany({
    where: { archivedAt: null },
    select: { id: true, parameters: true, tiles: true, triggers: { select: { parameters: true } } },
  });
  const wanted: Wanted[] = [];
  for (const board of boards) {
    const tiles = tilesOf(board).filter((tile) => tile.kind === "query");
    const ids = [...new Set(tiles.map(({ query }) => query))];
    const queries = await db().query.findMany({
      where: { id: { in: ids } },
      select: { id: true, version: true, parameters: true },
    });
    const opened = [{}, ...board.triggers.map(({ parameters }) => parameters as GivenValues)];
    for (const tile of tiles) {
      const query = queries.find(({ id }) => id === tile.query);
      if (query) for (const given of opened) wanted.push(wantedOf(board, tile, query, given));
    }
  }
  return keep(wanted);
}

function wantedOf(
  board: { id: string; parameters: unknown },
  tile: QueryTile,
  query: { id: string; version: number; parameters: unknown },
  given: GivenValues,
): Wanted {
  const declared = board.parameters as Parameter[];
  const asked = query.parameters as Parameter[];
  const values = tileValues(tile, asked, { parameters: declared, values: boardValues(declared, given) });
  const read = readValues(asked, values, { now: new Date(), timeZone: "UTC" });
  return { board: board.id, query: query.id, version: query.version, given: read.given };
}

async function keep(wanted: Wanted[]): Promise<number> {
  return db().$transaction(async (tx) => {
    await tx.$executeRaw`delete from board_answers`;
    return tx.$executeRaw`
      insert into board_answers (board_id, statement_id)
      select distinct w.board, a.statement_id
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) w(board text, query text, version int, given jsonb)
      cross join lateral (
        select distinct on (s.reader_id) e.statement_id from executions e join statements s on s.id = e.statement_id
        where e.query_id = w.query and e.query_version = w.version and md5(e.query_values::text) = md5(w.given::text)
          and e.query_values = w.given and e.state = 'succeeded' and s.expired_at is null
        order by s.reader_id, e.id desc) a
      join boards b on b.id = w.board
      on conflict do nothing`;
  });
}
