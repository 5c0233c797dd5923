import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import type { Column } from "@/lib/warehouses/adapter";
import { ChildError } from "./children";
import { orderOf, whereOf } from "./conditions";
import { copied, copyAhead } from "./copy-ahead";
import { derivedFile, knownCount, rememberCount } from "./derived";
import { type Cell, type JsonCell, parseHead, toJsonCell } from "./head";
import { selectRows } from "./inline";
import { readManifest, storedParts } from "./manifest";
import { read } from "./readers";
import type { PageAnswer, PageRequest } from "./requests";
import type { RowsQuery } from "./schema";
import type { ResultStatement } from "./statement";

const pageDeadlineMs = 60_000;
/** Of more cells than these not even the beginnings go into one answer. */
const pageCells = 1_000_000;

export interface RowsPage {
  columns: Column[];
  rows: JsonCell[][];
  /** Rows that match the filter and search; null while the statement still runs and only the first rows are known. */
  rowCount: number | null;
  complete: boolean;
  truncated: boolean;
  limitedBy: string | null;
  /**
   * Cells of this page (`row` is an index into `rows`) of which only the beginning is shown: all over 1 MiB, and in a
   * page whose text would be over 16 MiB its longest. Every other cell is whole. `number` is the row's in the whole
   * result, by which the cell's own address gives it whole.
   */
  largeCells: { row: number; number: number; column: number; bytes: number }[];
  /** Cells of the whole result of which a search or a text filter saw the first 1,000 characters only. */
  partlySearched: number;
}

export function refuseExpired(statement: ResultStatement): void {
  if (!statement.expiredAt) return;
  throw new SluiceError(
    "gone",
    "These rows were removed; the execution's page says when and why. Run the query again to see them.",
  );
}

/** What a reader child refused, in words for the person who asked. */
export function readError(error: unknown): Error {
  if (error instanceof SluiceError) return error;
  if (error instanceof ChildError && error.kind === "conversion") {
    return new SluiceError("invalid", "A filter's value does not fit its column's type.", {
      fields: [{ field: "filter", message: "does not fit the column's type" }],
    });
  }
  const why = error instanceof Error ? error.message : String(error);
  logger.error({ why }, "stored result could not be read");
  return new SluiceError(
    "unavailable",
    "The stored rows cannot be read just now. Try again; if it lasts, tell an admin.",
    {},
    { cause: error },
  );
}

/** A page of rows, sorted, filtered and searched over the whole result; never asks the warehouse. */
export async function readRows(statement: ResultStatement, query: RowsQuery): Promise<RowsPage> {
  refuseExpired(statement);
  const columns = statement.columns ?? [];
  // Also here, so that a wrong filter is refused in the caller's own words and not by a child.
  const where = whereOf(columns, query.filter ?? [], query.search ?? "", statement.timeZone);
  orderOf(columns, query.sort ?? [], "0");
  const complete = statement.state === "succeeded";
  const { truncated, limitedBy } = statement;
  const page = { columns, complete, truncated, limitedBy, partlySearched: 0 };
  const shape = (rows: Cell[][]) =>
    rows.map((row) => row.map((cell, i) => toJsonCell(cell, columns[i]?.type ?? "text")));
  const untouched = !where && !query.sort?.length;

  if (columns.length === 0) {
    const total = statement.rowCount ?? statement.headRows;
    const length = Math.max(0, Math.min(query.limit, total - query.offset));
    return { ...page, rows: Array.from({ length }, () => []), rowCount: complete ? total : null, largeCells: [] };
  }
  if (!statement.resultKey || (untouched && query.offset + query.limit <= statement.headRows)) {
    const all = parseHead(Buffer.from(statement.head ?? []), columns);
    const chosen = untouched ? all : selectRows(all, columns, query, statement.timeZone);
    const rows = shape(chosen.slice(query.offset, query.offset + query.limit));
    const total = statement.resultKey ? statement.rowCount : chosen.length;
    const numbers = rows.map((_, i) => query.offset + i);
    // Most first pages have none that could be one, and need nothing from the store for it.
    const some = statement.resultKey && rows.some((row) => row.some(couldBeLarge));
    const largeCells = some ? await cellsOf(statement.resultKey ?? "", numbers).catch(inWords) : [];
    return { ...page, rows, rowCount: complete ? total : null, largeCells };
  }

  const { resultKey } = statement;
  refuseWide(Math.min(query.limit, (statement.rowCount ?? Infinity) - query.offset), columns.length);
  let release = () => {};
  try {
    const derived = await derivedFile(resultKey, query);
    const held = await storedParts(resultKey, untouched ? query : undefined);
    release = held.release;
    const request: PageRequest = {
      kind: "page",
      parts: held.parts,
      columns,
      timeZone: statement.timeZone,
      offset: query.offset,
      limit: query.limit,
      sort: query.sort ?? [],
      filter: query.filter ?? [],
      search: query.search ?? "",
      derived,
      known: where ? knownCount(derived) : statement.rowCount,
    };
    await copied(derived);
    const answer = await read<PageAnswer>({ request, deadlineMs: pageDeadlineMs });
    if (answer.scattered) copyAhead(request, await storedParts(resultKey));
    rememberCount(derived, answer.matching);
    const rows = shape(answer.rows);
    const kept = await cellsOf(resultKey, answer.numbers);
    const { largeCells } = await readManifest(resultKey);
    const apart = new Set(kept.map(({ row, column }) => `${row} ${column}`));
    const cut = answer.cut.flatMap((cell) => {
      const number = answer.numbers[cell.row];
      return number === undefined || apart.has(`${cell.row} ${cell.column}`) ? [] : [{ ...cell, number }];
    });
    return {
      ...page,
      rows,
      rowCount: answer.matching,
      largeCells: [...kept, ...cut],
      partlySearched: where ? largeCells.length : 0,
    };
  } catch (error) {
    throw readError(error);
  } finally {
    release();
  }
}

function refuseWide(rows: number, columns: number): void {
  if (rows * columns <= pageCells) return;
  const most = Math.floor(pageCells / columns).toLocaleString("en");
  const message = `Ask for at most ${most} rows of so many columns at a time.`;
  throw invalidAt("limit", message);
}

/** In the first rows a large cell's beginning is never shorter: 1 MiB, shared by all columns that a table may have. */
const shortestBeginning = 150;
const couldBeLarge = (cell: JsonCell) => typeof cell === "string" && cell.length >= shortestBeginning;

async function cellsOf(resultKey: string, numbers: number[]): Promise<RowsPage["largeCells"]> {
  const { largeCells } = await readManifest(resultKey);
  if (largeCells.length === 0) return [];
  const places = new Map(numbers.map((number, i) => [number, i]));
  return largeCells.flatMap(({ row: number, column, bytes }) => {
    const row = places.get(number);
    return row === undefined ? [] : [{ row, number, column, bytes }];
  });
}

const inWords = (error: unknown): never => {
  throw readError(error);
};
