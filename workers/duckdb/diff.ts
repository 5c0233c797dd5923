import { existsSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { encodingOf, quote, textOf } from "@/lib/results/encoding";
import type {
  DiffAnswer,
  DiffKeyAnswer,
  DiffKeyRequest,
  DiffPair,
  DiffRequest,
  DiffSide,
} from "@/lib/results/requests";
import { diffKinds } from "@/lib/results/schema";
import { storedNumbers, storedRows } from "@/lib/results/stored";
import { keepRows, rowsOfSql } from "./sql";

type Sides = Pick<DiffRequest, "a" | "b">;
type Side = "a" | "b";
/** A key is looked for among so many columns, one at a time, and then among the first few together. */
const candidates = 12;
const together = 4;

const numeric = ["int", "decimal", "number", "float"];
const typeOf = (side: DiffSide, column: number) => side.columns[column]?.type ?? "text";

/**
 * What a value is compared by: its native value where both columns are kept alike, times by instant; numbers of two
 * types by their digits without the zeros at the end; anything else by the engine's text.
 */
function comparable(request: Sides, pair: DiffPair, which: Side): string[] {
  const i = pair[which];
  const [a, b] = [encodingOf(typeOf(request.a, pair.a)), encodingOf(typeOf(request.b, pair.b))];
  if (a.native === b.native && a.kind === b.kind) {
    return a.exceptions ? [`c${i}`, `CASE WHEN c${i} IS NULL THEN x${i} END`] : [`c${i}`];
  }
  const text = textOf(typeOf(request[which], i), i);
  if (!numeric.includes(a.kind) || !numeric.includes(b.kind)) return [text];
  const plain = `contains(${text}, '.') AND NOT contains(${text}, 'e')`;
  return [`CASE WHEN ${plain} THEN rtrim(rtrim(${text}, '0'), '.') ELSE ${text} END`];
}

interface Repeated {
  side: Side;
  values: (string | null)[];
  times: number;
}

/** A key that occurs more than once on one side. */
async function repeatedIn(
  duck: DuckDBConnection,
  request: Sides,
  key: DiffPair[],
  which: Side,
): Promise<Repeated | null> {
  const keys = key.flatMap((pair) => comparable(request, pair, which));
  const texts = key.map((pair) => `any_value(${textOf(typeOf(request[which], pair[which]), pair[which])})`);
  const [found] = await rowsOfSql<string | bigint | null>(
    duck,
    `SELECT ${[...texts, "count(*)"].join(", ")} FROM ${storedRows(request[which].parts)}
     GROUP BY ${keys.join(", ")} HAVING count(*) > 1 LIMIT 1`,
  );
  if (!found) return null;
  return { side: which, values: found.slice(0, -1) as (string | null)[], times: Number(found.at(-1)) };
}

const repeated = async (duck: DuckDBConnection, request: Sides, key: DiffPair[]) =>
  (await repeatedIn(duck, request, key, "a")) ?? (await repeatedIn(duck, request, key, "b"));

export async function findKey(duck: DuckDBConnection, request: DiffKeyRequest): Promise<DiffKeyAnswer> {
  const { pairs } = request;
  const isKey = async (key: number[]) =>
    !(await repeated(
      duck,
      request,
      key.flatMap((index) => pairs[index] ?? []),
    ));
  // What looks like an identifier first.
  const looks = (index: number) => {
    const name = request.a.columns[pairs[index]?.a ?? -1]?.name ?? "";
    return /^id$/i.test(name) ? 0 : /(^|_)(id|key|uuid|code)$/i.test(name) ? 1 : 2;
  };
  const order = pairs.map((_, index) => index).sort((x, y) => looks(x) - looks(y) || x - y);
  for (const index of order.slice(0, candidates)) if (await isKey([index])) return { key: [index] };
  for (let count = 2; count <= Math.min(together, pairs.length); count++) {
    const first = order.slice(0, count).sort((x, y) => x - y);
    if (await isKey(first)) return { key: first };
  }
  return { key: null };
}

interface KeyFacts {
  rows: number;
  missing: boolean;
  /** So few different ones that a join could have far more rows than both results. */
  few: boolean;
}

/** What a glance at a key says, at a fraction of the cost of telling all its values apart. */
async function glance(duck: DuckDBConnection, request: DiffRequest, key: DiffPair[], which: Side): Promise<KeyFacts> {
  const values = key.flatMap((pair) => comparable(request, pair, which));
  const [row = []] = await rowsOfSql<bigint>(
    duck,
    `SELECT count(*), ${values.map((value) => `count(${value})`).join(", ")}, approx_count_distinct(hash(${values.join(", ")}))
     FROM ${storedRows(request[which].parts)}`,
  );
  const [all = 0, ...rest] = row.map(Number);
  const different = rest.pop() ?? 0;
  return { rows: all, missing: rest.some((count) => count < all), few: different < all * 0.8 };
}

/**
 * Finds what differs and keeps it. In the order of `a`; what is new,
 * where it stands in `b`. That the key tells rows apart shows in the join itself, which otherwise has more rows.
 */
async function find(duck: DuckDBConnection, request: DiffRequest): Promise<Repeated | null> {
  const { pairs, key, derived } = request;
  const chosen = key.flatMap((index) => pairs[index] ?? []);
  const facts = [await glance(duck, request, chosen, "a"), await glance(duck, request, chosen, "b")] as const;
  if (facts.some(({ few }) => few)) {
    const found = await repeated(duck, request, chosen);
    if (found) return found;
  }
  const select = (which: Side) => {
    const values = pairs.flatMap((pair, n) => comparable(request, pair, which).map((sql, m) => `${sql} AS v${n}_${m}`));
    return `(SELECT ${["r", ...values].join(", ")} FROM ${storedRows(request[which].parts)})`;
  };
  const each = (n: number) => comparable(request, pairs[n] as DiffPair, "a").map((_, m) => `v${n}_${m}`);
  // Twice as quick where nothing is missing.
  const equals = facts.every(({ missing }) => !missing) ? "=" : "IS NOT DISTINCT FROM";
  const on = key.flatMap(each).map((v) => `a.${v} ${equals} b.${v}`);
  const differs = pairs.map((_, n) =>
    key.includes(n)
      ? "false"
      : `(${each(n)
          .map((v) => `a.${v} IS DISTINCT FROM b.${v}`)
          .join(" OR ")})`,
  );
  const both = "a.r IS NOT NULL AND b.r IS NOT NULL";
  const flags = pairs.map((_, n) => `d${n}`);
  try {
    await duck.run(`CREATE OR REPLACE TEMP TABLE joined AS SELECT a.r AS ra, b.r AS rb,
      ${differs.map((sql, n) => `(${both} AND ${sql}) AS d${n}`).join(", ")}
      FROM ${select("a")} a FULL JOIN ${select("b")} b ON ${on.join(" AND ")}`);
    const [seen = []] = await rowsOfSql<bigint>(duck, "SELECT count(ra), count(rb) FROM joined");
    if (facts.some((side, n) => side.rows !== Number(seen[n]))) return await repeated(duck, request, chosen);
    const different = `SELECT CASE WHEN ra IS NULL THEN 0 WHEN rb IS NULL THEN 1 ELSE 2 END::TINYINT AS kind, *
      FROM joined WHERE ra IS NULL OR rb IS NULL OR ${flags.join(" OR ")} ORDER BY coalesce(ra, rb), kind DESC`;
    await keepRows(duck, different, derived);
    return null;
  } finally {
    await duck.run("DROP TABLE IF EXISTS joined");
  }
}

/** The cells of some rows of one side, by row number. */
async function gather(duck: DuckDBConnection, { parts, columns }: DiffSide, numbers: number[]) {
  if (numbers.length === 0) return new Map<number, (string | null)[]>();
  const texts = columns.map(({ type }, i) => `left(${textOf(type, i)}, 1000)`);
  const found = await rowsOfSql<string | bigint | null>(
    duck,
    `SELECT ${["r", ...texts]} FROM ${storedNumbers(parts, numbers)}`,
  );
  return new Map(found.map(([r, ...cells]) => [Number(r), cells as (string | null)[]]));
}

export async function readDiff(duck: DuckDBConnection, request: DiffRequest): Promise<DiffAnswer> {
  const { pairs, derived, only, changed, offset, limit } = request;
  const found = existsSync(derived) ? null : await find(duck, request);
  if (found) return { repeated: found };
  const source = `read_parquet(${quote(derived)}, file_row_number = true)`;
  const sums = [0, 1, 2].map((kind) => `count(*) FILTER (kind = ${kind})`);
  const by = pairs.map((_, n) => `count(*) FILTER (d${n})`);
  const [counts = []] = await rowsOfSql<bigint>(duck, `SELECT ${[...sums, ...by].join(", ")} FROM ${source}`);
  const [added = 0, removed = 0, altered = 0, ...changedBy] = counts.map(Number);
  const where = [
    only === null ? "true" : `kind = ${diffKinds.indexOf(only)}`,
    changed === null ? "true" : `d${changed}`,
  ].join(" AND ");
  const [total] = await rowsOfSql<bigint>(duck, `SELECT count(*) FROM ${source} WHERE ${where}`);
  const flags = pairs.map((_, n) => `d${n}`);
  const window = await rowsOfSql<bigint | number | boolean | null>(
    duck,
    `SELECT ${["kind", "ra", "rb", ...flags].join(", ")} FROM ${source} WHERE ${where}
     ORDER BY file_row_number LIMIT ${limit} OFFSET ${offset}`,
  );
  const numbers = (at: number) => window.flatMap((row) => (row[at] === null ? [] : [Number(row[at])]));
  const cells = { a: await gather(duck, request.a, numbers(1)), b: await gather(duck, request.b, numbers(2)) };
  return {
    added,
    removed,
    changed: altered,
    changedBy,
    matching: Number(total?.[0] ?? 0),
    rows: window.map(([kind, ra, rb, ...flagged]) => ({
      kind: diffKinds[Number(kind)] ?? "changed",
      a: ra === null ? null : (cells.a.get(Number(ra)) ?? null),
      b: rb === null ? null : (cells.b.get(Number(rb)) ?? null),
      changed: flagged.flatMap((flag, n) => (flag === true ? [n] : [])),
    })),
  };
}
