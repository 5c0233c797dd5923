import type { DuckDBConnection } from "@duckdb/node-api";
import type { ColumnStatistics, ProfileAnswer, ProfileRequest } from "@/lib/charts/plan";
import { encodingOf, textOf } from "@/lib/results/encoding";
import { readChart } from "./chart";
import { firstRow, leftOut, numberOf, rowsOf, type Source, statisticsOf } from "./chart-axis";

/** Of more rows than this, different values are estimated: to count them takes a table of them all. */
const countedRows = 500_000;
const longest = 200;

/** SQL of one column's numbers, in the order that `statistics` reads them. */
function statisticsSql(source: Source, i: number, estimate: boolean): string[] {
  const type = source.columns[i]?.type ?? "text";
  const { kind } = encodingOf(type);
  const text = textOf(type, i);
  const number = ["int", "decimal", "float", "number"].includes(kind);
  const time = ["date", "timestamp", "timestamptz"].includes(kind);
  const v = numberOf(source, i);
  // Of what is kept as text the value's own text, found by its number.
  const least =
    kind === "float" || kind === "number"
      ? (of: string) => `arg_${of}(${text}, ${v})`
      : (of: string) => `${of}(c${i})::VARCHAR`;
  const zone = kind === "timestamptz" ? " || '+00'" : "";
  const lost = number ? leftOut(source, i) : time && source.odd.has(i) ? `count(x${i})` : null;
  return [
    `count(*) - count(${text})`,
    estimate ? `approx_count_distinct(${text})` : `count(DISTINCT ${text})`,
    kind === "bool" ? `min(${text})` : `left(${least("min")}${zone}, ${longest})`,
    kind === "bool" ? `max(${text})` : `left(${least("max")}${zone}, ${longest})`,
    number ? `avg((${v})::DOUBLE)` : "NULL",
    kind === "text" ? `count(*) FILTER (c${i} = '')` : "0",
    lost ?? "0",
  ];
}

function statistics(found: unknown[], column: number, estimated: boolean): Omit<ColumnStatistics, "shape"> {
  const [nulls, distinct, least, greatest, mean, empty, odd] = found;
  return {
    column,
    nulls: Number(nulls),
    distinct: Number(distinct),
    estimated,
    least: least as string | null,
    greatest: greatest as string | null,
    mean: typeof mean === "number" && Number.isFinite(mean) ? mean : null,
    empty: Number(empty),
    odd: Number(odd),
  };
}

/** What each of some columns holds: how much of it is missing, how it is spread. */
export async function readProfile(duck: DuckDBConnection, request: ProfileRequest): Promise<ProfileAnswer> {
  const { parts, columns, plans } = request;
  const files = parts.map(({ file }) => file);
  const total = parts.reduce((sum, { rows }) => sum + rows, 0);
  const source = { duck, rows: rowsOf(files), columns, ...(await statisticsOf(duck, files, columns)) };
  const estimate = total > countedRows;
  const sql = plans.map(({ x }) => statisticsSql(source, x?.column ?? 0, estimate));
  const found = await firstRow(duck, `SELECT ${sql.flat().join(", ")} FROM ${source.rows}`);
  const answer: ProfileAnswer = { columns: [] };
  let at = 0;
  for (const [i, plan] of plans.entries()) {
    const width = sql[i]?.length ?? 0;
    const known = statistics(found.slice(at, at + width), plan.x?.column ?? 0, estimate);
    at += width;
    answer.columns.push({ ...known, shape: await readChart(duck, { kind: "chart", parts, columns, plan }) });
  }
  return answer;
}
