import { existsSync, utimesSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { orderOf, whereOf } from "@/lib/results/conditions";
import { encodingOf, quote } from "@/lib/results/encoding";
import type { CopyRequest, PageAnswer, PageRequest } from "@/lib/results/requests";
import { storedNumbers, storedRows, storedWindow } from "@/lib/results/stored";
import { pageTexts, withinBudget } from "./fit";
import { keepRows, rowsOfSql } from "./sql";

/** Up to here a sorted page is cheaper as a top-N than by the order of all rows. */
const shallow = 2_000;
/** Rows that lie within so many others are read as quickly as neighbours. */
const nearby = 250_000;

type Chosen = PageRequest | CopyRequest;

const rowsOf = (file: string) => `read_parquet(${quote(file)}, file_row_number = true)`;
/** The numbers of the chosen rows, in order: some bytes a row, made by one pass over the columns that matter. */
const orderFile = (request: Chosen) => `${request.derived}.order`;
/** The chosen rows themselves, in order. */
const copyFile = (request: Chosen) => `${request.derived}.copy`;

const namesOf = (columns: Chosen["columns"]) =>
  columns.flatMap(({ type }, i) => (encodingOf(type).exceptions ? [`c${i}`, `x${i}`] : [`c${i}`])).join(", ");

/** Digits that DuckDB holds in 64 bits; beyond, its decimals are slower than text. */
const quickDigits = 18;

/**
 * Keys that are quicker than those for whatever a type may hold: a column without exceptions is its own, and numbers of
 * few digits are decimals. Looking is a pass over the columns, and nothing where all exceptions are NULL.
 */
async function quickKeys(duck: DuckDBConnection, { parts, columns, sort }: Chosen): Promise<Map<number, string>> {
  const candidates = [...new Set(sort.map(({ column }) => column))].flatMap((i) => {
    const { kind, exceptions } = encodingOf(columns[i]?.type ?? "text");
    const fraction = `strlen(split_part(c${i}, '.', 2))`;
    if (exceptions) return [{ i, known: [`count(x${i})`, "0", "0"] }];
    // Of NaN and the infinities the last letter tells.
    const named = `count_if(right(c${i}, 1) > '9')`;
    return kind === "number" ? [{ i, known: [named, `max(strlen(c${i}) - ${fraction})`, `max(${fraction})`] }] : [];
  });
  const quick = new Map<number, string>();
  if (candidates.length === 0) return quick;
  const select = candidates.flatMap(({ known }) => known).join(", ");
  const [row = []] = await rowsOfSql<bigint | number | null>(duck, `SELECT ${select} FROM ${storedRows(parts)}`);
  for (const [k, { i }] of candidates.entries()) {
    const [odd = 1, whole = 0, fraction = 0] = row.slice(3 * k, 3 * k + 3).map(Number);
    if (odd > 0 || whole + fraction > quickDigits) continue;
    quick.set(
      i,
      encodingOf(columns[i]?.type ?? "text").exceptions ? `c${i}` : `c${i}::DECIMAL(${quickDigits},${fraction})`,
    );
  }
  return quick;
}

async function chosenRows(duck: DuckDBConnection, request: Chosen, names: string): Promise<string> {
  const { parts, columns, sort, filter, search, timeZone } = request;
  const where = whereOf(columns, filter, search, timeZone);
  const order = orderOf(columns, sort, "r", await quickKeys(duck, request));
  return `SELECT ${names} FROM ${storedRows(parts)}${where}${order}`;
}

/** Whether it is there; its time of use is what the cache's cap goes by. */
function use(file: string): boolean {
  if (!existsSync(file)) return false;
  const now = new Date();
  utimesSync(file, now, now);
  return true;
}

async function make(duck: DuckDBConnection, file: string, select: () => Promise<string>): Promise<void> {
  if (use(file)) return;
  await keepRows(duck, await select(), file, ", ROW_GROUP_SIZE 30720, DICTIONARY_SIZE_LIMIT 1000");
}

export async function copyRows(duck: DuckDBConnection, request: CopyRequest): Promise<null> {
  await make(duck, copyFile(request), () => chosenRows(duck, request, `${namesOf(request.columns)}, r`));
  return null;
}

const within = (from: number, to: number) => `file_row_number >= ${from} AND file_row_number < ${to}`;

/** Rows by their numbers, in the order of the numbers. */
async function gather(
  duck: DuckDBConnection,
  { parts, columns }: PageRequest,
  numbers: number[],
): Promise<Pick<PageAnswer, "rows" | "numbers" | "cut">> {
  const select = `SELECT ${pageTexts(columns, numbers.length)} FROM ${storedNumbers(parts, numbers)}`;
  const found = await withinBudget(duck, columns, select);
  const places = new Map(numbers.map((number, place) => [number, place]));
  const placeOf = (row: number) => places.get(found.numbers[row] ?? -1) ?? 0;
  const ordered: PageAnswer["rows"] = numbers.map(() => []);
  for (const [row, cells] of found.rows.entries()) ordered[placeOf(row)] = cells;
  return { rows: ordered, numbers, cut: found.cut.map((cell) => ({ ...cell, row: placeOf(cell.row) })) };
}

export async function readPage(duck: DuckDBConnection, request: PageRequest): Promise<PageAnswer> {
  const { parts, columns, timeZone, offset, limit, sort, filter, search } = request;
  const where = whereOf(columns, filter, search, timeZone);
  const page = async (select: string, matching: number): Promise<PageAnswer> => ({
    ...(await withinBudget(duck, columns, select)),
    matching,
    scattered: false,
  });
  const nothing = (matching: number): PageAnswer => ({ rows: [], numbers: [], cut: [], matching, scattered: false });
  const window = (matching: number) => Math.min(limit, Math.max(0, matching - offset));

  if (!where && sort.length === 0) {
    const matching = parts.reduce((sum, part) => sum + part.rows, 0);
    const to = offset + window(matching);
    if (to <= offset) return nothing(matching);
    const source = storedWindow(parts, offset, to);
    return page(
      `SELECT ${pageTexts(columns, to - offset)} FROM ${source} WHERE r >= ${offset} AND r < ${to}`,
      matching,
    );
  }
  const order = orderFile(request);
  const copy = copyFile(request);
  if (request.known !== null && use(copy)) {
    const to = offset + window(request.known);
    if (to <= offset) return nothing(request.known);
    return page(
      `SELECT ${pageTexts(columns, to - offset)} FROM ${rowsOf(copy)} WHERE ${within(offset, to)}`,
      request.known,
    );
  }
  if (!where && request.known !== null && offset + limit <= shallow && !existsSync(order)) {
    // By number first: the best rows so far are held in memory, however long their texts are.
    const by = orderOf(columns, sort, "r", await quickKeys(duck, request));
    const top = `SELECT r FROM ${storedRows(parts)}${by} LIMIT ${window(request.known)} OFFSET ${offset}`;
    const numbers = (await rowsOfSql<bigint>(duck, top)).map(([r]) => Number(r));
    if (numbers.length === 0) return nothing(request.known);
    return { ...(await gather(duck, request, numbers)), matching: request.known, scattered: false };
  }
  await make(duck, order, () => chosenRows(duck, request, "r"));
  const matching =
    request.known ?? Number((await rowsOfSql<bigint>(duck, `SELECT count(*) FROM ${rowsOf(order)}`))[0]?.[0]);
  const to = offset + window(matching);
  if (to <= offset) return nothing(matching);
  const numbers = (await rowsOfSql<bigint>(duck, `SELECT r FROM ${rowsOf(order)} WHERE ${within(offset, to)}`)).map(
    ([r]) => Number(r),
  );
  const scattered = Math.max(...numbers) - Math.min(...numbers) > nearby;
  return { ...(await gather(duck, request, numbers)), matching, scattered };
}
