import { existsSync, renameSync, rmSync, utimesSync } from "node:fs";
import process from "node:process";
import type { DuckDBConnection } from "@duckdb/node-api";
import { orderOf, whereOf } from "@/lib/results/conditions";
import { encodingOf, quote, textOf } from "@/lib/results/encoding";
import type { PageAnswer, PageRequest } from "@/lib/results/requests";

/** Up to here a sorted page is cheaper as a top-N than as an offset into a file that must first be written. */
const shallow = 2_000;

const rowsOf = (file: string) => `read_parquet(${quote(file)}, file_row_number = true)`;

async function count(duck: DuckDBConnection, sql: string): Promise<number> {
  return Number((await duck.runAndReadAll(sql)).getRowsJS()[0]?.[0] ?? 0);
}

const namesOf = (columns: PageRequest["columns"]) =>
  columns.flatMap(({ type }, i) => (encodingOf(type).exceptions ? [`c${i}`, `x${i}`] : [`c${i}`])).join(", ");

/** The sorted columns that hold no exceptions; reading a column of nothing but NULL costs next to nothing. */
async function exactColumns(duck: DuckDBConnection, { file, columns, sort }: PageRequest): Promise<Set<number>> {
  const candidates = sort.map(({ column }) => column).filter((i) => encodingOf(columns[i]?.type ?? "text").exceptions);
  if (candidates.length === 0) return new Set();
  const counts = candidates.map((i) => `count(x${i})`).join(", ");
  const row = (await duck.runAndReadAll(`SELECT ${counts} FROM ${rowsOf(file)}`)).getRowsJS()[0] ?? [];
  return new Set(candidates.filter((_, k) => Number(row[k]) === 0));
}

/** The stored rows in the asked order, as a file: written aside and renamed, so that two readers may race. */
async function derive(duck: DuckDBConnection, request: PageRequest, where: string): Promise<void> {
  const { file, columns, sort, derived } = request;
  if (existsSync(derived)) {
    const now = new Date();
    utimesSync(derived, now, now);
    return;
  }
  const order = orderOf(columns, sort, "r", await exactColumns(duck, request));
  const aside = `${derived}.${process.pid}.part`;
  try {
    await duck.run(
      `COPY (SELECT ${namesOf(columns)}, file_row_number AS r FROM ${rowsOf(file)}${where}${order})
       TO ${quote(aside)} (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE 61440)`,
    );
    renameSync(aside, derived);
  } finally {
    rmSync(aside, { force: true });
  }
}

export async function readPage(duck: DuckDBConnection, request: PageRequest): Promise<PageAnswer> {
  const { file, columns, timeZone, offset, limit, sort, filter, search } = request;
  const where = whereOf(columns, filter, search, timeZone);
  const matching = request.known ?? (await count(duck, `SELECT count(*) FROM ${rowsOf(file)}${where}`));
  const window = Math.min(limit, Math.max(0, matching - offset));
  if (window === 0) return { rows: [], numbers: [], matching };

  const texts = columns.map(({ type }, i) => `${textOf(type, i)} AS t${i}`).join(", ");
  let sql: string;
  if (!where && sort.length === 0) {
    sql = `SELECT ${texts}, file_row_number FROM ${rowsOf(file)} WHERE file_row_number >= ${offset} AND file_row_number < ${offset + window}`;
  } else if (offset + window <= shallow && !existsSync(request.derived)) {
    // Text is made of the chosen rows only, not of all that were looked at.
    const order = orderOf(columns, sort, "r", await exactColumns(duck, request));
    sql = `SELECT ${texts}, r FROM (SELECT ${namesOf(columns)}, file_row_number AS r FROM ${rowsOf(file)}${where}${order} LIMIT ${window} OFFSET ${offset})${order}`;
  } else {
    await derive(duck, request, where);
    sql = `SELECT ${texts}, r FROM ${rowsOf(request.derived)} WHERE file_row_number >= ${offset} AND file_row_number < ${offset + window}`;
  }
  const rows = (await duck.runAndReadAll(sql)).getRowsJS() as (string | null | bigint)[][];
  const numbers = rows.map((row) => Number(row.pop()));
  return { rows: rows as (string | null)[][], numbers, matching };
}
