import { existsSync, renameSync, rmSync } from "node:fs";
import process from "node:process";
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

async function rows<Value>(duck: DuckDBConnection, sql: string): Promise<Value[][]> {
  return (await duck.runAndReadAll(sql)).getRowsJS() as Value[][];
}

/** The first key that occurs more than once on one side. */
async function repeatedIn(duck: DuckDBConnection, request: DiffKeyRequest, key: DiffPair[], which: Side) {
  const keys = key.flatMap((pair) => comparable(request, pair, which));
  const texts = key.map((pair) => `any_value(${textOf(typeOf(request[which], pair[which]), pair[which])})`);
  const [found] = await rows<string | bigint | null>(
    duck,
    `SELECT ${[...texts, "count(*)"].join(", ")} FROM ${storedRows(request[which].parts)}
     GROUP BY ${keys.join(", ")} HAVING count(*) > 1 LIMIT 1`,
  );
  if (!found) return null;
  return { side: which, values: found.slice(0, -1) as (string | null)[], times: Number(found.at(-1)) };
}

export async function findKey(duck: DuckDBConnection, request: DiffKeyRequest): Promise<DiffKeyAnswer> {
  const { pairs, key: asked } = request;
  const pick = (key: number[]) => key.flatMap((index) => pairs[index] ?? []);
  const repeated = async (key: number[]) =>
    (await repeatedIn(duck, request, pick(key), "a")) ?? (await repeatedIn(duck, request, pick(key), "b"));
  if (asked) {
    const found = await repeated(asked);
    return found ? { repeated: found } : { key: asked };
  }
  // What looks like an identifier first.
  const looks = (index: number) => {
    const name = request.a.columns[pairs[index]?.a ?? -1]?.name ?? "";
    return /^id$/i.test(name) ? 0 : /(^|_)(id|key|uuid|code)$/i.test(name) ? 1 : 2;
  };
  const order = pairs.map((_, index) => index).sort((x, y) => looks(x) - looks(y) || x - y);
  for (const index of order.slice(0, candidates)) if (!(await repeated([index]))) return { key: [index] };
  for (let count = 2; count <= Math.min(together, pairs.length); count++) {
    const first = order.slice(0, count).sort((x, y) => x - y);
    if (!(await repeated(first))) return { key: first };
  }
  return { key: null };
}

/** Written aside and renamed, so that two may race. In the order of `a`; what is new, where it stands in `b`. */
async function find(duck: DuckDBConnection, request: DiffRequest): Promise<void> {
  const { pairs, key, derived } = request;
  const select = (which: Side) => {
    const values = pairs.flatMap((pair, n) => comparable(request, pair, which).map((sql, m) => `${sql} AS v${n}_${m}`));
    return `(SELECT ${["r", ...values].join(", ")} FROM ${storedRows(request[which].parts)})`;
  };
  const each = (n: number) => comparable(request, pairs[n] as DiffPair, "a").map((_, m) => `v${n}_${m}`);
  const on = key.flatMap(each).map((v) => `a.${v} IS NOT DISTINCT FROM b.${v}`);
  const differs = pairs.map((_, n) =>
    key.includes(n)
      ? "false"
      : `(${each(n)
          .map((v) => `a.${v} IS DISTINCT FROM b.${v}`)
          .join(" OR ")})`,
  );
  const both = "a.r IS NOT NULL AND b.r IS NOT NULL";
  const aside = `${derived}.${process.pid}.part`;
  try {
    await duck.run(`COPY (
      SELECT * EXCLUDE (place) FROM (
        SELECT CASE WHEN a.r IS NULL THEN 0 WHEN b.r IS NULL THEN 1 ELSE 2 END::TINYINT AS kind, a.r AS ra, b.r AS rb,
          coalesce(a.r, b.r) AS place, ${differs.map((sql, n) => `(${both} AND ${sql}) AS d${n}`).join(", ")}
        FROM ${select("a")} a FULL JOIN ${select("b")} b ON ${on.join(" AND ")}
      ) WHERE kind < 2 OR ${pairs.map((_, n) => `d${n}`).join(" OR ")} ORDER BY place, kind DESC
    ) TO ${quote(aside)} (FORMAT parquet, COMPRESSION lz4)`);
    renameSync(aside, derived);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** The cells of some rows of one side, by row number. */
async function gather(duck: DuckDBConnection, { parts, columns }: DiffSide, numbers: number[]) {
  if (numbers.length === 0) return new Map<number, (string | null)[]>();
  const texts = columns.map(({ type }, i) => `left(${textOf(type, i)}, 1000)`);
  const found = await rows<string | bigint | null>(
    duck,
    `SELECT ${["r", ...texts]} FROM ${storedNumbers(parts, numbers)}`,
  );
  return new Map(found.map(([r, ...cells]) => [Number(r), cells as (string | null)[]]));
}

export async function readDiff(duck: DuckDBConnection, request: DiffRequest): Promise<DiffAnswer> {
  const { pairs, derived, only, changed, offset, limit } = request;
  if (!existsSync(derived)) await find(duck, request);
  const source = `read_parquet(${quote(derived)}, file_row_number = true)`;
  const sums = [0, 1, 2].map((kind) => `count(*) FILTER (kind = ${kind})`);
  const by = pairs.map((_, n) => `count(*) FILTER (d${n})`);
  const [counts = []] = await rows<bigint>(duck, `SELECT ${[...sums, ...by].join(", ")} FROM ${source}`);
  const [added = 0, removed = 0, altered = 0, ...changedBy] = counts.map(Number);
  const where = [
    only === null ? "true" : `kind = ${diffKinds.indexOf(only)}`,
    changed === null ? "true" : `d${changed}`,
  ].join(" AND ");
  const [total] = await rows<bigint>(duck, `SELECT count(*) FROM ${source} WHERE ${where}`);
  const flags = pairs.map((_, n) => `d${n}`);
  const window = await rows<bigint | number | boolean | null>(
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
