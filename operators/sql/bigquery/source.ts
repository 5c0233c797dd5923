import { columnOf } from "@/lib/warehouses/bigquery/types";
import { type Reach, StageError } from "../context";
import { quoted, type TableName } from "../names";
import { plainType } from "../plain-type";
import type { Source, SourceColumn } from "../source";
import { textRows } from "../text-rows";
import { boundQuery, Jobs } from "./jobs";
import { jobRows } from "./rows";

/** GoogleSQL's names and literals. */
const name = (text: string) => `\`${text.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
const escaped: Record<string, string> = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r" };
const literal = (text: string) => `'${text.replace(/[\\'\n\r]/g, (one) => escaped[one] ?? one)}'`;

/** What has an order that is the same in every warehouse, and how a value of it is written here. */
const ordered: Record<string, (value: string) => string> = {
  bigint: (value) => (/^-?\d+$/.test(value) ? value : literal(value)),
  numeric: (value) => `bignumeric ${literal(value)}`,
  "double precision": (value) => `cast(${literal(value)} as float64)`,
  date: (value) => `date ${literal(value)}`,
  "timestamp without time zone": (value) => `datetime ${literal(value)}`,
  "timestamp with time zone": (value) => `timestamp ${literal(value)}`,
};
const orderOf = (type: string) => ordered[type.replace(/\(.*/, "")];

/** @param declared as INFORMATION_SCHEMA has it: `NUMERIC(10, 2)`, `ARRAY<INT64>` */
function sourceColumn(column: string, declared: string): SourceColumn {
  const kind = /^\w+/.exec(declared)?.[0] ?? "";
  if (kind === "BYTES") return { name: column, type: "bytea", cell: `concat('\\\\x', to_hex(${name(column)}))` };
  return { name: column, type: typeOf(kind, declared), cell: name(column) };
}

/** PostgreSQL's, as a result has it; a NUMERIC has digits enough that a table of it needs their number. */
function typeOf(kind: string, declared: string): string {
  const size = /^(?:BIG)?NUMERIC\((\d+)(?:, *(\d+))?\)$/.exec(declared);
  if (size) return `numeric(${size[1]},${size[2] ?? 0})`;
  if (kind === "NUMERIC") return "numeric(38,9)";
  return plainType(columnOf({ name: "", type: kind, ...(kind === "ARRAY" ? { mode: "REPEATED" } : {}) }).type);
}

/** A table of BigQuery. Each reading is a job, of the moment at which it starts; in UTC, so that a digest is always the same. */
export function bigquerySource(reach: Reach): Source {
  const jobs = new Jobs(reach, "source", "source_table");
  const job = async (sql: string, most: number | null) =>
    jobRows(jobs, await boundQuery(jobs, { sql, values: [] }, "UTC"), most);
  const from = ({ schema, name: table }: TableName) => `${name(schema)}.${name(table)}`;
  return {
    schema: "",
    within: (work) => work(),
    async columns(table) {
      const { rows } = await job(
        `select column_name, data_type from ${name(table.schema)}.INFORMATION_SCHEMA.COLUMNS
         where table_name = ${literal(table.name)} order by ordinal_position`,
        null,
      );
      const found: SourceColumn[] = [];
      for await (const [column, declared] of rows()) found.push(sourceColumn(column ?? "", declared ?? ""));
      return found;
    },
    digest({ name: column, type, cell }, salt) {
      const text = type === "json" ? `to_json_string(${name(column)})` : `cast(${cell} as string)`;
      return `to_hex(sha256(concat(${literal(salt)}, ${text})))`;
    },
    highest({ name: column, type }) {
      if (!orderOf(type))
        throw new StageError(`${column} is ${type}: BigQuery orders texts its own way. Choose a number or a time.`, {
          field: "cursor",
        });
      const most = `max(${quoted(column)})`;
      return /with time zone/.test(type) ? `(${most} at time zone 'UTC')::text || '+00'` : `${most}::text`;
    },
    rows(cells, table, columns, since) {
      const value = since && orderOf(since.type)?.(since.value);
      const where = since ? ` where ${name(since.column)} >= ${value}` : "";
      return textRows(columns, async function* (limit) {
        yield* (
          await job(
            `select ${cells.map((cell, n) => `${cell} as c${n}`).join(", ")} from ${from(table)}${where}`,
            limit,
          )
        ).rows();
      });
    },
  };
}
