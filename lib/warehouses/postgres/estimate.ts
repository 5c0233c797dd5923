import { type Estimate, type RunRequest, type Session, WarehouseError } from "@/lib/warehouses/adapter";
import { stripTrailingSemicolon } from "@/lib/warehouses/lexer";
import { TextSink } from "@/lib/warehouses/text-sink";
import { isQuery, literal } from "./dialect";
import { postgresLexis } from "./lexis";

/** A node of EXPLAIN (FORMAT JSON, VERBOSE), as far as it is read here. */
export interface PlanNode {
  "Node Type": string;
  "Plan Rows": number;
  "Total Cost": number;
  Schema?: string;
  "Relation Name"?: string;
  Filter?: string;
  Plans?: PlanNode[];
}

export interface TableFacts {
  schema: string;
  name: string;
  /** By the server's statistics; -1 and less: unknown. */
  rows: number;
  /** First columns of its indexes. */
  indexed: string[];
}

interface Scan {
  schema: string;
  name: string;
  whole: boolean;
  /** Rows of one go, by the plan; of the whole table its statistics know better. */
  planned: number;
  times: number;
  filter: string;
}

/** A hint is worth its place from here on. */
const manyRows = 100_000;

/**
 * The planner's measure of work: 1 is a page of a table read in its order (seq_page_cost, which is 1 where nobody has
 * changed it); sorting, joining and comparing count in parts of that.
 */
const pageBytes = 8_192;
/** From here on, 8 GB, it is said, whatever the rows: a join may be dear over few of them. */
const muchWork = 1_000_000;

/**
 * Every scan of a table, and how often it comes: the inner side of a nested loop once for each outer row, unless it is
 * kept; what stands under LIMIT as far as the planner thinks that it must go.
 */
export function scansOf(node: PlanNode, times = 1): Scan[] {
  const { Plans: children = [], Schema: schema, "Relation Name": name, "Node Type": type } = node;
  const own: Scan[] =
    schema !== undefined && name !== undefined
      ? [{ schema, name, whole: type === "Seq Scan", planned: node["Plan Rows"], times, filter: node.Filter ?? "" }]
      : [];
  return own.concat(
    children.flatMap((child, place) => {
      if (type === "Limit") return scansOf(child, times * shareOf(node, child));
      const kept = child["Node Type"] === "Materialize" || child["Node Type"] === "Memoize";
      if (type === "Nested Loop" && place === 1 && !kept)
        return scansOf(child, times * Math.max(1, children[0]?.["Plan Rows"] ?? 1));
      return scansOf(child, times);
    }),
  );
}

const shareOf = (limit: PlanNode, child: PlanNode) =>
  child["Total Cost"] > 0 ? Math.min(1, limit["Total Cost"] / child["Total Cost"]) : 1;

/** "12 million", "3,400". */
export function about(n: number): string {
  for (const [unit, word] of [
    [1e12, "trillion"],
    [1e9, "billion"],
    [1e6, "million"],
  ] as const)
    if (n >= unit) return `${Number((n / unit).toPrecision(2)).toLocaleString("en-US")} ${word}`;
  return Number(n.toPrecision(2)).toLocaleString("en-US");
}

export function estimateOf(plan: PlanNode, tables: TableFacts[]): Estimate {
  const read = new Map<string, { rows: number; whole: boolean; filters: string[]; table: TableFacts | undefined }>();
  for (const { schema, name, whole, planned, times, filter } of scansOf(plan)) {
    const key = `${schema}.${name}`;
    const table = tables.find((one) => one.schema === schema && one.name === name);
    const rows = (whole && table && table.rows >= 0 ? table.rows : planned) * times;
    const known = read.get(key) ?? { rows: 0, whole: false, filters: [], table };
    read.set(key, {
      ...{ rows: known.rows + rows, whole: known.whole || whole, table },
      filters: whole ? [...known.filters, filter] : known.filters,
    });
  }
  const byRows = [...read].sort(([, a], [, b]) => b.rows - a.rows);
  const rows = Math.round(byRows.reduce((sum, [, one]) => sum + one.rows, 0));
  const shown = byRows
    .slice(0, 3)
    .map(([key, one]) => `${about(Math.max(1, Math.round(one.rows)))} rows of ${plain(key)}`);
  const more = byRows.length > 3 ? ` and ${byRows.length - 3} more` : "";
  const words = shown.length ? [`Reads about ${shown.join(", ")}${more}.`] : ["Reads no table."];
  for (const [key, { rows: many, whole, filters, table }] of byRows.slice(0, 3)) {
    if (!whole || many < manyRows || !table) continue;
    const columns = table.indexed.filter((column) => !filters.some((filter) => mentions(filter, column)));
    if (columns.length > 0 && columns.length === table.indexed.length)
      words.push(
        `A filter on ${columns
          .slice(0, 2)
          .map((column) => `\`${column}\``)
          .join(" or ")} of ${plain(key)} would use its index.`,
      );
  }
  const work = plan["Total Cost"];
  if (work >= muchWork)
    words.push(`The planner takes it for as much work as reading about ${gigabytes(work * pageBytes)} in order.`);
  return { rows, bytes: null, words };
}

const gigabytes = (bytes: number) => (bytes >= 1e12 ? `${about(bytes / 1e12)} TB` : `${about(bytes / 1e9)} GB`);

const plain = (key: string) => key.replace(/^public\./, "");
const mentions = (filter: string, column: string) =>
  new RegExp(`(^|[^\\w])"?${column.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"?($|[^\\w])`).test(filter);

/**
 * What the planner thinks that a query reads, in the session's own transaction; null for what is no query. With the bound
 * values, so that the plan is the one that would run.
 */
export async function estimate(session: Session, request: RunRequest): Promise<Estimate | null> {
  const sql = stripTrailingSemicolon(request.sql, postgresLexis);
  if (!isQuery(sql)) return null;
  const { values } = request;
  const lines = await cells(session, { sql: `explain (format json, verbose)\n${sql}`, values, limit: null });
  const [explained] = JSON.parse(lines.join("\n")) as { Plan: PlanNode }[];
  if (!explained) throw new WarehouseError({ code: "internal", message: "The plan could not be read." });
  const names = new Map(scansOf(explained.Plan).map(({ schema, name }) => [`${schema}.${name}`, { schema, name }]));
  if (names.size === 0) return estimateOf(explained.Plan, []);
  const pairs = [...names.values()].map(({ schema, name }) => `(${literal(schema)}, ${literal(name)})`).join(", ");
  const facts = await cells(session, { sql: factsOf(pairs), values: [], limit: null });
  return estimateOf(
    explained.Plan,
    facts.map((fact) => {
      const [schema, name, rows, indexed] = JSON.parse(fact) as [string, string, number, string[] | null];
      return { schema, name, rows, indexed: indexed ?? [] };
    }),
  );
}

const factsOf = (pairs: string) => `select json_build_array(n.nspname, c.relname, c.reltuples::bigint,
    (select json_agg(distinct a.attname) from pg_catalog.pg_index i join pg_catalog.pg_attribute a
      on a.attrelid = i.indrelid and a.attnum = i.indkey[0] where i.indrelid = c.oid))
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where (n.nspname, c.relname) in (${pairs})`;

async function cells(session: Session, request: RunRequest): Promise<string[]> {
  const sink = new WholeSink();
  await session.run(request, sink);
  return sink.large.length > 0 ? sink.large : sink.cells();
}

/** A plan is one cell, and repeats what was bound: with a value of a megabyte it comes beside the rows. */
class WholeSink extends TextSink {
  readonly large: string[] = [];
  override async largeCell(_row: number, _column: number, value: Buffer): Promise<string> {
    this.large.push(value.toString());
    return "";
  }
}
