import { applyOptional } from "@/lib/queries/parameters";
import type { Parameter } from "@/lib/queries/schema";
import { nameIn, stripTrailingSemicolon, tokens } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";
import type { PipelineDocument, RunParameter } from "./schema";

/** A pipeline that keeps a saved query's answer as a table every night, as far as the query says it. Pure. */

export interface AskedQuery {
  title: string;
  sql: string;
  parameters: Parameter[];
  warehouse: { name: string; engine: string };
}

export interface Target {
  /** The pipeline's name, which none has yet. */
  name: string;
  /** The warehouse has a writer, so the table is made where the rows are. */
  writer: boolean;
  /** Where the team may write there; null: nowhere yet, or, for an admin (`anywhere`), that is left to be said. */
  schema: string | null;
  anywhere: boolean;
  /** The person's. */
  timeZone: string;
}

/** What became of one parameter: what stands in the SQL instead, by the name that stands there now. */
interface Became {
  places: Record<string, string>;
  parameter?: RunParameter;
  /** What the person should look at. */
  note?: string;
}

const nightly = "15 5 * * *";

/** A name for a pipeline and a table: `Active learners, by day` is `active_learners_by_day`. */
export function slugOf(title: string): string {
  const plain = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  return plain.slice(0, 50).replace(/_+$/, "") || "nightly_table";
}

/** @returns `notes`: what was decided for the person, in words */
export function fromQuery(query: AskedQuery, target: Target): { document: PipelineDocument; notes: string[] } {
  const { engine } = query.warehouse;
  const became = new Map(query.parameters.map((one) => [one.name, becomes(one)]));
  const filled = Object.fromEntries(
    [...became.values()].flatMap(({ places }) => Object.entries(places).map(([name, text]) => [name, text || null])),
  );
  const lexis = lexisOf(engine);
  const kept = stripTrailingSemicolon(applyOptional(query.sql, filled, engine), lexis);
  const places = Object.assign({}, ...[...became.values()].map((one) => one.places)) as Record<string, string>;
  const sql = replaced(kept, places, engine);
  const parameters = Object.fromEntries(
    [...became].flatMap(([name, { parameter }]) => (parameter ? [[runName(name), parameter] as const] : [])),
  );
  const notes = [...became].flatMap(([name, { note }]) => (note ? [`{{${name}}}: ${note}`] : []));
  if (target.schema === null)
    notes.push(
      target.anywhere
        ? "Say which table it is kept in."
        : "Say which table it is kept in. Your team has been granted no schema of this warehouse yet: an admin grants it.",
    );
  const document: PipelineDocument = {
    name: target.name,
    title: query.title,
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    triggers: [{ cron: nightly, timezone: target.timeZone }],
    stages: stagesOf(query, sql, target),
  };
  return { document, notes };
}

function stagesOf({ warehouse, title }: AskedQuery, sql: string, target: Target): PipelineDocument["stages"] {
  const table: Record<string, string> = target.schema === null ? {} : { table: `${target.schema}.${slugOf(title)}` };
  if (target.writer) {
    const params = { warehouse: warehouse.name, sql, as: "table", ...table };
    return [{ id: "keep", operator: "sql-transform@1", params, retries: 2 }];
  }
  return [
    {
      id: "ask",
      operator: "sql-extract@1",
      params: { warehouse: warehouse.name, sql },
      outputs: { rows: "parquet" },
    },
    { id: "keep", operator: "load-table@1", params: { mode: "replace" }, inputs: { rows: "ask.rows" }, retries: 2 },
  ];
}

/** Names of parameters have small letters in a pipeline. */
const runName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, "_")
    .replace(/^[^a-z]/, "p_$&")
    .slice(0, 63);

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const empty = "It has no usual value. Give it one, or a scheduled run has none.";

function becomes(one: Parameter): Became {
  const { name } = one;
  const asked = `{{ params.${runName(name)} }}`;
  const title = one.label ? { title: one.label } : {};
  if (one.type === "dateRange")
    return {
      places: { [`${name}.from`]: "{{ interval.from }}", [`${name}.to`]: "{{ interval.to }}" },
      note: "It is the run's interval now: the day before, of a run at night.",
    };
  if (one.type === "multi" || (one.type === "queryList" && (one.multi || Array.isArray(one.default)))) {
    const values = one.default === undefined ? [] : [one.default].flat();
    const list = values.length > 0 ? `array[${values.map(literal).join(", ")}]` : "";
    return { places: { [name]: list }, note: values.length > 0 ? "Its usual values stand in the SQL now." : empty };
  }
  const usual = typeof one.default === "string" ? one.default : undefined;
  if (one.type === "date" && usual !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(usual))
    return {
      places: { [name]: "{{ interval.from | date }}" },
      note: `It was “${usual}”; now it is the day that the run's interval begins.`,
    };
  const type = one.type === "number" || one.type === "date" ? one.type : "text";
  const value = type === "number" && usual !== undefined ? Number(usual) : usual;
  const known = value !== undefined && value !== "" && !Number.isNaN(value);
  // An optional part of the SQL whose parameter nobody fills in is not there.
  if (!known && one.required !== true)
    return { places: { [name]: "" }, note: "It has no usual value: what it stood in is left out." };
  return {
    places: { [name]: asked },
    parameter: { type, ...title, ...(known ? { default: value } : {}) },
    ...(known ? {} : { note: empty }),
  };
}

/** Every placeholder by what it became; one that became nothing and stands outside of an optional part is empty: null. */
function replaced(sql: string, places: Record<string, string>, engine: string): string {
  let text = "";
  let at = 0;
  for (const token of tokens(sql, lexisOf(engine))) {
    if (token.kind !== "placeholder") continue;
    const name = nameIn(sql, token);
    if (!Object.hasOwn(places, name)) continue;
    text += sql.slice(at, token.start) + (places[name] || "null");
    at = token.end;
  }
  return text + sql.slice(at);
}
