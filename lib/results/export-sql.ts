import type { Column } from "@/lib/warehouses/adapter";
import { encodingOf, identifier, quote, textOf } from "./encoding";
import { uniqueNames } from "./naming";

/** A spreadsheet runs text that begins so, some in the wide forms of East Asian keyboards as well. */
export const formulaStarts = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"];
export const formulaStart = new RegExp(`^[${formulaStarts.map((one) => (one === "-" ? "\\-" : one)).join("")}]`);
const startList = formulaStarts.map((one) => `chr(${one.codePointAt(0)})`).join(", ");

/** Types whose text is a number, a time or a bracket at its start, never what a person wrote. */
const written =
  /^(interval|time|timetz|money|uuid|bytea|inet|cidr|macaddr|bit|oid|pg_lsn|tsvector|jsonb?|bytes|bigquery interval)\b|\[\]$|range$/i;

/** Text columns only, so that negative numbers, intervals and times stay what they are. */
export function mayHoldFormula(type: string): boolean {
  return encodingOf(type).kind === "text" && !written.test(type.trim());
}

export function csvSelect(columns: Column[], neutralise: boolean, source: string): string {
  const cells = columns.map(({ type }, i) => {
    const text = textOf(type, i);
    if (!neutralise || !mayHoldFormula(type)) return `${text} AS t${i}`;
    // Not IN: DuckDB makes a join of a list of five or more, and a join does not keep the order of the rows.
    return `CASE WHEN list_contains([${startList}], left(c${i}, 1)) THEN '''' || c${i} ELSE c${i} END AS t${i}`;
  });
  return `SELECT ${cells.join(", ")} FROM ${source}`;
}

/** One JSON object a row, as text: large integers and decimals stay exact because they are strings. */
export function jsonSelect(columns: Column[], source: string): string {
  const names = uniqueNames(columns.map((column) => column.name));
  const parts = columns.flatMap(({ type }, i) => {
    const { kind, native } = encodingOf(type);
    const label = `${i === 0 ? "{" : ","}${JSON.stringify(names[i])}:`;
    const text = textOf(type, i);
    let value = `to_json(${text})::VARCHAR`;
    if (kind === "bool") value = `c${i}::VARCHAR`;
    else if (kind === "int" && native !== "BIGINT") value = `c${i}::VARCHAR`;
    else if (kind === "float")
      value = `CASE WHEN c${i} IN ('NaN', 'Infinity', '-Infinity') THEN to_json(c${i})::VARCHAR ELSE c${i} END`;
    return [quote(label), `coalesce(${value}, 'null')`];
  });
  return `SELECT concat(${[...parts, "'}'"].join(", ")}) AS j FROM ${source}`;
}

/** Columns that hold exceptions cannot be native for every row; those are the engine's text as a whole. */
export function parquetSelect(columns: Column[], inexact: boolean[], source: string): string {
  const names = uniqueNames(
    columns.map((column) => column.name),
    true,
  );
  const cells = columns.map(({ type }, i) => {
    const { kind } = encodingOf(type);
    let value = textOf(type, i);
    if (kind === "float") value = `CAST(c${i} AS ${/^(real|float4)$/i.test(type) ? "FLOAT" : "DOUBLE"})`;
    else if (kind === "timestamptz" && !inexact[i]) value = `c${i} AT TIME ZONE 'UTC'`;
    else if (kind !== "text" && kind !== "number" && !inexact[i]) value = `c${i}`;
    return `${value} AS ${identifier(names[i] ?? `column_${i}`)}`;
  });
  return `SELECT ${cells.join(", ")} FROM ${source}`;
}

/** One row of booleans: which columns have values that their native type cannot hold. */
export function inexactSelect(columns: Column[], source: string): string {
  const counts = columns.map(({ type }, i) => {
    const { kind, exceptions } = encodingOf(type);
    if (!exceptions) return `false AS e${i}`;
    return kind === "timestamptz"
      ? `count_if(c${i} IS NULL AND x${i} IS NOT NULL) > 0 AS e${i}`
      : `count(x${i}) > 0 AS e${i}`;
  });
  return `SELECT ${counts.join(", ")} FROM ${source}`;
}
