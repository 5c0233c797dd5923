import { type Column, WarehouseError } from "@/lib/warehouses/adapter";
import type { Lake, LakeFile } from "@/lib/warehouses/lake";
import { givenTables } from "./given-tables";
import type { WriteRequest } from "./lake-request";
import type { DuckDbSession, KeptRows } from "./session";
import { identifier, literal } from "./words";

/** Rows that are exchanged among those of a table: by their time, or by their key. */
export interface Among {
  /** Of rows that are refused. */
  code: string;
  hint: string;
  /** Each asks of `given.rows` how many are refused, and one of them. */
  refuses: { sql: string; words(n: number, one: string | null): string }[];
  /** Whether a row `t` of the table goes; it may ask `given.rows`. */
  inside: string;
}

/** Null for a mode that looks at whole files alone. @throws WarehouseError where the columns are not there */
export function amongOf(request: WriteRequest, columns: Column[]): Among | null {
  if (request.mode === "merge") return byKey(request, columns);
  return request.mode === "partition-overwrite" ? byTime(request, columns) : null;
}

const columnNamed = (columns: Column[], name: string) =>
  columns.find((column) => column.name.toLowerCase() === name.toLowerCase());

function byTime(
  { timeColumn, from, to }: Extract<WriteRequest, { mode: "partition-overwrite" }>,
  columns: Column[],
): Among {
  const code = "wrong_time";
  const column = columnNamed(columns, timeColumn);
  if (!column)
    throw new WarehouseError({
      code,
      message: `The rows have no column "${timeColumn}", which says when they are of.`,
    });
  const type = column.engineType ?? column.type;
  if (!/^(DATE|TIMESTAMP)/.test(type))
    throw new WarehouseError({ code, message: `${timeColumn} is ${column.type}, and no date or time.` });
  // The session's zone is the interval's: a date, or a time without zone, is of that zone.
  const at = (text: string) =>
    `${literal(text)}::TIMESTAMPTZ${type === "TIMESTAMP WITH TIME ZONE" ? "" : "::TIMESTAMP"}`;
  const time = `t.${identifier(column.name)}`;
  const inside = `${time} >= ${at(from)} AND ${time} < ${at(to)}`;
  return {
    code,
    inside,
    hint: "Filter the rows by the interval before they are written.",
    refuses: [
      {
        sql: `SELECT count(*) AS n, min(coalesce(${time}::VARCHAR, 'empty')) AS one FROM given.rows AS t WHERE (${inside}) IS NOT TRUE`,
        words: (n, one) =>
          `${n} of the rows are not of this interval (${from} to ${to}): ${timeColumn} is ${one} in one of them. Nothing was written.`,
      },
    ],
  };
}

function byKey({ key }: Extract<WriteRequest, { mode: "merge" }>, columns: Column[]): Among {
  const code = "wrong_key";
  const unknown = key.find((name) => !columnNamed(columns, name));
  if (unknown !== undefined)
    throw new WarehouseError({ code, message: `The rows have no column "${unknown}", which is of their key.` });
  const names = key.map(identifier);
  const shown = `concat_ws(', ', ${names.map((name) => `${name}::VARCHAR`).join(", ")})`;
  return {
    code,
    inside: `EXISTS (SELECT 1 FROM given.rows AS r WHERE ${names.map((name) => `r.${name} = t.${name}`).join(" AND ")})`,
    hint: "Filter or aggregate the rows, so that each has a key of its own.",
    refuses: [
      {
        sql: `SELECT count(*) AS n, NULL AS one FROM given.rows WHERE ${names.map((name) => `${name} IS NULL`).join(" OR ")}`,
        words: (n) => `${n} of the rows have an empty key (${key.join(", ")}). Nothing was written.`,
      },
      {
        sql: `SELECT count(*) AS n, min(one) AS one FROM (SELECT ${shown} AS one FROM given.rows GROUP BY ${names.join(", ")} HAVING count(*) > 1)`,
        words: (n, one) => `${n} keys stand in several of the rows, one of them is ${one}. Nothing was written.`,
      },
    ],
  };
}

export interface Taken {
  retired: LakeFile[];
  /** What stays of files that are taken out in part. */
  left: { file: string; rows: number; runKey: string }[];
  /** That go. */
  rows: number;
}

interface Asked {
  before: LakeFile[];
  rows: KeptRows;
  inside: string;
}

/** Files without such rows stay; of others the rest is written anew. */
export async function takenOut(session: DuckDbSession, lake: Lake, { before, rows, inside }: Asked): Promise<Taken> {
  const taken: Taken = { retired: [], left: [], rows: 0 };
  if (before.length === 0) return taken;
  const { columns } = rows;
  const { files, release } = await lake.hold(before);
  try {
    const fileColumn = freeName(columns);
    const given = { rows: { files: [rows.file], columns } };
    const found = await session.ask<{ file: number; n: number }>(
      `SELECT t.${identifier(fileColumn)} AS file, count(*) AS n FROM given.there AS t WHERE ${inside} GROUP BY ALL ORDER BY ALL`,
      givenTables({ ...given, there: { files, columns, fileColumn } }),
    );
    for (const { file: at, n } of found) {
      const [old, file] = [before[at], files[at]];
      if (!old || file === undefined) continue;
      taken.retired.push(old);
      taken.rows += n;
      if (n === old.rows) continue;
      const { file: kept, rows: count } = await session.keep(
        { sql: `SELECT t.* FROM given.part AS t WHERE (${inside}) IS NOT TRUE`, values: [] },
        givenTables({ ...given, part: { files: [file], columns } }),
      );
      taken.left.push({ file: kept, rows: count, runKey: old.runKey });
    }
    return taken;
  } finally {
    release();
  }
}

function freeName(columns: Column[]): string {
  let name = "file";
  while (columnNamed(columns, name)) name += "_";
  return name;
}
