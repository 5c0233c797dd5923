import type mysql from "mysql2";
import type { TableName } from "../names";
import type { SourceColumn } from "../source";
import { askMysql, literal, name } from "./connect";

/** A column by information_schema. */
interface Told {
  name: string;
  /** `bigint` */
  data: string;
  /** `bigint(20) unsigned` */
  full: string;
  precision: string | null;
  scale: string | null;
  /** Digits of a second. */
  fraction: string | null;
  length: string | null;
  json: boolean;
}

export async function columnsOf(client: mysql.Connection, { schema, name: table }: TableName): Promise<SourceColumn[]> {
  const rows = await askMysql(
    client,
    `select column_name, data_type, column_type, numeric_precision, numeric_scale, datetime_precision, character_maximum_length
     from information_schema.columns where table_schema = ${literal(schema)} and table_name = ${literal(table)} order by ordinal_position`,
  );
  const json = await jsonColumns(client, schema, table);
  return rows.map(
    ([column = "", data = "", full = "", precision = null, scale = null, fraction = null, length = null]) =>
      sourceColumn({
        ...{ name: column ?? "", data: data ?? "", full: full ?? "", precision, scale, fraction, length },
        json: json.has(column ?? ""),
      }),
  );
}

/** MariaDB keeps JSON as text with a check. */
async function jsonColumns(client: mysql.Connection, schema: string, table: string): Promise<Set<string>> {
  const [version] = await askMysql(client, "select version()");
  if (!/mariadb/i.test(version?.[0] ?? "")) return new Set();
  const checks = await askMysql(
    client,
    `select check_clause from information_schema.check_constraints where constraint_schema = ${literal(schema)} and table_name = ${literal(table)}`,
  );
  const found = checks.map(([clause]) => /^json_valid\(`((?:[^`]|``)+)`\)$/i.exec(clause ?? "")?.[1]);
  return new Set(found.filter((one) => one !== undefined).map((one) => one.replaceAll("``", "`")));
}

const whole: Record<string, [string, string]> = {
  tinyint: ["smallint", "smallint"],
  smallint: ["smallint", "integer"],
  mediumint: ["integer", "integer"],
  int: ["integer", "bigint"],
  bigint: ["bigint", "numeric(20,0)"],
  year: ["smallint", "smallint"],
};

/** PostgreSQL's type that holds every value of it, and how the value is asked for as that type's text. */
export function sourceColumn(told: Told): SourceColumn {
  const cell = name(told.name);
  const [type, as] = typed(told, cell);
  return { name: told.name, type, cell: as };
}

function typed({ data, full, precision, scale, fraction, length, json }: Told, cell: string): [string, string] {
  const unsigned = / unsigned/.test(full);
  const seconds = `(${fraction ?? 0})`;
  const text = `convert(${cell} using utf8mb4)`;
  if (json) return ["json", text];
  const number = whole[data];
  if (number) return [unsigned ? number[1] : number[0], cell];
  switch (data) {
    case "decimal":
      return [`numeric(${precision},${scale})`, cell];
    case "float":
      // Its own text has six digits; the double behind it has all of them.
      return ["real", `(${cell} + 0e0)`];
    case "double":
      return ["double precision", cell];
    case "date":
      return ["date", cell];
    case "datetime":
      return [`timestamp${seconds} without time zone`, cell];
    case "timestamp":
      return [`timestamp${seconds} with time zone`, `concat(${cell}, '+00')`];
    case "time":
      // Up to 838 hours, and below nothing: a span, and no time of a day.
      return ["interval", cell];
    case "bit":
      return [`bit(${precision})`, `lpad(bin(${cell} + 0), ${precision}, '0')`];
    case "char":
    case "varchar":
      return [`character varying(${length})`, text];
    case "json":
      return ["json", text];
    case "uuid":
      return ["uuid", cell];
    case "inet4":
    case "inet6":
      return ["inet", cell];
    default:
      if (/blob$|binary$/.test(data)) return ["bytea", `concat(x'5c78', hex(${cell}))`];
      if (/^(geometry|point|linestring|polygon|multi.*|geometrycollection)$/.test(data))
        return ["text", `st_astext(${cell})`];
      return ["text", text];
  }
}
