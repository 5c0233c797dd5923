import { boundValue } from "@/lib/executions/parameters";
import type { ParameterValues } from "@/lib/executions/schema";
import type { PipelineDocument } from "@/lib/pipelines/schema";
import { nameIn, stripTrailingSemicolon, tokens } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";
import type { SavedTable } from "./schema";
import type { RunValues } from "./start-run";

/** What a run does that saves rows as a table. Pure. */

export interface Asked {
  engine: string;
  warehouse: string;
  sql: string;
  parameters: ParameterValues;
}

/** Engines whose rows can be asked for again by a stage. */
export const savedFrom: readonly string[] = ["postgres", "mysql", "bigquery", "duckdb"];

/** Engines in which a stage makes tables of rows. */
export const savedInto: readonly string[] = ["postgres", "duckdb"];

/**
 * The SQL runs once more, as the reader, with its values bound as they were. Within PostgreSQL the rows go from session to session
 * and keep their types; from elsewhere, and into a lake, they pass through a file.
 * @param name of the run alone, so that a second attempt knows the table that the first has made
 */
export function saveDocument(
  name: string,
  asked: Asked,
  { engine, warehouse, schema, table }: SavedTable & { engine: string },
  replace: boolean,
): { document: PipelineDocument; params: RunValues } {
  const { sql, params } = bound(asked);
  const to = { warehouse: warehouse.name, table: `${schema}.${table}`, existing: replace ? "replace" : "stop" };
  if (asked.engine === "postgres" && engine === "postgres") {
    const stage = { id: "save", operator: "copy-query@1", params: { source: asked.warehouse, sql, ...to } };
    return { document: { name, stages: [stage] }, params };
  }
  const stages: PipelineDocument["stages"] = [
    { id: "ask", operator: "sql-extract@1", params: { warehouse: asked.warehouse, sql }, outputs: { rows: "parquet" } },
    { id: "save", operator: "load-table@1", params: { ...to, mode: "replace" }, inputs: { rows: "ask.rows" } },
  ];
  return { document: { name, stages }, params };
}

/** `{{country}}` as `{{ params.p1 }}`: a name may have more letters there than here. What stands in quotes is text. */
function bound({ engine, sql: given, parameters }: Asked): { sql: string; params: RunValues } {
  const lexis = lexisOf(engine);
  const text = stripTrailingSemicolon(given, lexis);
  const names: string[] = [];
  let sql = "";
  let at = 0;
  for (const token of tokens(text, lexis)) {
    if (token.kind !== "placeholder") continue;
    const name = nameIn(text, token);
    if (!Object.hasOwn(parameters, name)) continue;
    if (!names.includes(name)) names.push(name);
    sql += `${text.slice(at, token.start)}{{ params.p${names.indexOf(name) + 1} }}`;
    at = token.end;
  }
  const params = Object.fromEntries(names.map((name, n) => [`p${n + 1}`, boundValue(parameters[name])]));
  return { sql: sql + text.slice(at), params: params as RunValues };
}
