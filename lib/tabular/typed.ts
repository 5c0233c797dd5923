import { rmSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "@/lib/results/encoding";
import { type BadRow, cut } from "./bad-rows";
import { type Converted, columnNames, Refusal } from "./refusal";
import { calledIn, stored, type Target } from "./tables";

/** Values whose text every one fits become that type; a number with leading zeros is text, since those mean something. */
const shapes = {
  BOOLEAN: "(true|false|TRUE|FALSE|True|False)",
  BIGINT: "-?(0|[1-9][0-9]{0,17})",
  DECIMAL: "-?(0|[1-9][0-9]*)(\\.[0-9]+)?",
  DOUBLE: "-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?",
  DATE: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
  TIMESTAMP: "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?",
  TIMESTAMPTZ:
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)",
} as const;
type Shape = keyof typeof shapes;
const order = Object.keys(shapes) as Shape[];

const looks = (v: string, pattern: string) => `regexp_full_match(${v}, '${pattern}')`;

function fits(shape: Shape, v: string): string {
  const alike = looks(v, shapes[shape]);
  return shape === "DATE" || shape.startsWith("TIMESTAMP")
    ? `(${alike} AND TRY_CAST(${v} AS ${shape}) IS NOT NULL)`
    : alike;
}

const digits = (v: string) => [
  `max(strlen(split_part(ltrim(${v}, '-'), '.', 1)))`,
  `max(strlen(split_part(${v}, '.', 2)))`,
];

/** Of each column the narrowest type that all of its values have. Columns in `asText` stay text. */
async function typesOf(
  duck: DuckDBConnection,
  staging: string,
  columns: number,
  asText: ReadonlySet<number>,
): Promise<string[]> {
  const from = `FROM read_parquet(${quote(staging)})`;
  const types = new Array<string>(columns).fill("VARCHAR");
  // What the first rows rule out need not be asked of all.
  let open = new Map<number, readonly Shape[]>();
  for (let i = 0; i < columns; i++) if (!asText.has(i)) open.set(i, order);
  for (const sample of [" LIMIT 5000", ""]) {
    if (open.size === 0) break;
    const asked = [...open].flatMap(([i, candidates]) => candidates.map((shape) => ({ i, shape })));
    const counts = [...open.keys()].map((i) => `count(v${i})`);
    const select = [
      ...counts,
      ...asked.map(({ i, shape }) => `count_if(v${i} IS NOT NULL AND NOT ${fits(shape, `v${i}`)})`),
    ];
    const sub = sample ? `FROM (SELECT * ${from}${sample})` : from;
    const [row = []] = (await duck.runAndReadAll(`SELECT ${select.join(", ")} ${sub}`)).getRowsJS();
    const values = new Map([...open.keys()].map((i, k) => [i, Number(row[k])]));
    const left = new Map<number, Shape[]>();
    for (const [k, { i, shape }] of asked.entries()) {
      if (Number(row[counts.length + k]) > 0) continue;
      // Of a column without a value in the sample everything is open; of one without any nothing is known.
      if (!sample && values.get(i) === 0) continue;
      left.set(i, [...(left.get(i) ?? []), shape]);
    }
    open = left;
  }
  const decimals = [...open].filter(([, [shape]]) => shape === "DECIMAL").map(([i]) => i);
  for (const [i, [shape]] of open) types[i] = shape ?? "VARCHAR";
  if (decimals.length > 0) {
    const select = decimals.flatMap((i) => digits(`v${i}`)).join(", ");
    const [row = []] = (await duck.runAndReadAll(`SELECT ${select} ${from}`)).getRowsJS();
    for (const [k, i] of decimals.entries()) {
      const [whole, fraction] = [Number(row[2 * k]), Number(row[2 * k + 1])];
      types[i] = whole + fraction <= 38 ? `DECIMAL(${whole + fraction},${fraction})` : "DOUBLE";
    }
  }
  return types;
}

/** What a column is said to be: `integer`, `decimal(12,2)`, … A value that is not makes its row a bad one. */
export const declarable = /^(text|integer|number|boolean|date|timestamp|timestamptz|decimal\(\d{1,2},\d{1,2}\))$/;

interface Declared {
  type: string;
  /** Of the text `v`, which is not empty. */
  fits: (v: string) => string;
}

const castable = (type: string) => (v: string) => `TRY_CAST(${v} AS ${type}) IS NOT NULL`;
const both = (pattern: string, type: string) => (v: string) => `(${looks(v, pattern)} AND ${castable(type)(v)})`;
const declared: Record<string, Declared> = {
  text: { type: "VARCHAR", fits: () => "true" },
  // DuckDB would round.
  integer: { type: "BIGINT", fits: both("[+-]?[0-9]+", "BIGINT") },
  number: { type: "DOUBLE", fits: castable("DOUBLE") },
  boolean: { type: "BOOLEAN", fits: castable("BOOLEAN") },
  date: { type: "DATE", fits: both(shapes.DATE, "DATE") },
  timestamp: { type: "TIMESTAMP", fits: both(shapes.TIMESTAMP, "TIMESTAMP") },
  timestamptz: { type: "TIMESTAMPTZ", fits: both(shapes.TIMESTAMPTZ, "TIMESTAMPTZ") },
};

function declaredAs(word: string): Declared {
  const [, whole, fraction] = /^decimal\((\d+),(\d+)\)$/.exec(word) ?? [];
  if (whole === undefined || fraction === undefined) return declared[word] as Declared;
  const type = `DECIMAL(${whole},${fraction})`;
  const digits = `[+-]?([0-9]+(\\.[0-9]{0,${fraction}}0*)?|\\.[0-9]{1,${Math.max(1, Number(fraction))}}0*)`;
  return { type, fits: both(digits, type) };
}

export interface TypedOptions {
  asText?: ReadonlySet<number>;
  /** By the column's name; of the others it is found. */
  declared?: Record<string, string>;
  /** How many rows with values that do not fit are told of. */
  told?: number;
}

/**
 * Rows of text in `staging` (v0…) into their types. Rows with a value that is not of its declared type are left out,
 * and told of.
 */
export async function typed(
  duck: DuckDBConnection,
  staging: string,
  target: Target,
  given: string[],
  { asText = new Set(), declared = {}, told = 0 }: TypedOptions = {},
): Promise<Converted & { bad: BadRow[]; badRows: number }> {
  const names = columnNames(given);
  const wanted = new Map(Object.entries(declared).map(([name, word]) => [placeOf(names, name), declaredAs(word)]));
  const found = await typesOf(duck, staging, names.length, new Set([...asText, ...wanted.keys()]));
  const types = found.map((type, i) => wanted.get(i)?.type ?? type);
  const wrong = [...wanted].map(([i, one]) => ({ i, type: one.type, bad: isBad(one, `v${i}`) }));
  const any = wrong.map(({ bad }) => bad).join(" OR ");
  const { bad, badRows } = await badIn(duck, staging, names, wrong, told);
  const called = calledIn(target, names);
  const cells = types.map((type, i) => {
    if (type === "VARCHAR") return `v${i} AS ${called[i]}`;
    return `${wanted.has(i) ? `nullif(v${i}, '')` : `v${i}`}::${type} AS ${called[i]}`;
  });
  const where = badRows > 0 ? ` WHERE NOT (${any})` : "";
  await duck.run(`COPY (SELECT ${cells.join(", ")} FROM read_parquet(${quote(staging)})${where}) ${stored(target)}`);
  rmSync(staging, { force: true });
  return { columns: names.map((name, i) => ({ name, type: types[i] ?? "VARCHAR" })), bad, badRows };
}

const isBad = ({ fits }: Declared, v: string) => `coalesce(${v} <> '' AND NOT ${fits(v)}, false)`;

function placeOf(names: string[], name: string): number {
  const at = names.findIndex((one) => one.toLowerCase() === name.trim().toLowerCase());
  if (at >= 0) return at;
  const has = names.slice(0, 30).join(", ");
  throw new Refusal(`There is no column "${name}" to give a type. The file has: ${has}.`, "types");
}

async function badIn(
  duck: DuckDBConnection,
  staging: string,
  names: string[],
  wrong: { i: number; type: string; bad: string }[],
  told: number,
): Promise<{ bad: BadRow[]; badRows: number }> {
  if (wrong.length === 0) return { bad: [], badRows: 0 };
  const from = `read_parquet(${quote(staging)}, file_row_number = true)`;
  const any = wrong.map(({ bad }) => bad).join(" OR ");
  const counted = await duck.runAndReadAll(`SELECT count(*) FROM ${from} WHERE ${any}`);
  const badRows = Number(counted.getRowsJS()[0]?.[0] ?? 0);
  if (badRows === 0) return { bad: [], badRows };
  const each = wrong.map(
    ({ i, bad }) => `SELECT file_row_number + 1 AS n, ${i} AS i, v${i} AS v FROM ${from} WHERE ${bad}`,
  );
  const rows = await duck.runAndReadAll(
    `SELECT n, i, v FROM (${each.join(" UNION ALL ")}) ORDER BY n, i LIMIT ${told}`,
  );
  const typeOf = new Map(wrong.map(({ i, type }) => [i, type.toLowerCase()]));
  const bad = rows.getRowsJS().map(
    ([n, i, v]): BadRow => ({
      ...{ line: null, row: Number(n), column: names[Number(i)] ?? null },
      ...{ message: `is no ${typeOf.get(Number(i))}`, text: cut(String(v)) },
    }),
  );
  return { bad, badRows };
}
