import type { TableInfo } from "@/lib/warehouses/adapter";
import type { Row } from "./client";

const kinds: Record<string, TableInfo["kind"]> = { VIEW: "view", "SYSTEM VIEW": "view" };
const system = "('information_schema', 'mysql', 'performance_schema', 'sys')";

const tables = `select table_schema, table_name, table_type, table_comment, table_rows, data_length + index_length
  from information_schema.tables where table_schema not in ${system} order by 1, 2`;
const columns = `select table_schema, table_name, column_name, column_type, is_nullable, column_comment
  from information_schema.columns where table_schema not in ${system} order by 1, 2, ordinal_position`;
const keys = `select table_schema, table_name, constraint_name, column_name, referenced_table_schema,
    referenced_table_name, referenced_column_name
  from information_schema.key_column_usage
  where referenced_table_name is not null and table_schema not in ${system}
  order by 1, 2, 3, ordinal_position`;

type Key = TableInfo["foreignKeys"][number];

/** What the account sees: a database is a schema here. */
export async function introspect(asked: (sql: string) => Promise<Row[]>): Promise<TableInfo[]> {
  const found = new Map<string, TableInfo>();
  const constraints = new Map<string, Key>();
  const at = (schema: string | null | undefined, name: string | null | undefined) => `${schema}\0${name}`;
  for (const [schema, name, kind, comment, rows, bytes] of await asked(tables)) {
    const view = kind === "VIEW" || kind === "SYSTEM VIEW";
    found.set(at(schema, name), {
      schema: schema ?? "",
      name: name ?? "",
      kind: kinds[kind ?? ""] ?? "table",
      // Of a view the server says that it is one.
      comment: view || !comment ? null : comment,
      rows: view || rows == null ? null : Number(rows),
      bytes: view || bytes == null ? null : Number(bytes),
      columns: [],
      foreignKeys: [],
    });
  }
  for (const [schema, table, name, type, nullable, comment] of await asked(columns))
    found
      .get(at(schema, table))
      ?.columns.push({ name: name ?? "", type: type ?? "", nullable: nullable === "YES", comment: comment || null });
  for (const [schema, table, constraint, column, toSchema, toTable, reference] of await asked(keys)) {
    const id = `${at(schema, table)}\0${constraint}`;
    let key = constraints.get(id);
    if (!key) {
      key = { columns: [], schema: toSchema ?? "", table: toTable ?? "", references: [] };
      constraints.set(id, key);
      found.get(at(schema, table))?.foreignKeys.push(key);
    }
    key.columns.push(column ?? "");
    key.references.push(reference ?? "");
  }
  return [...found.values()];
}
