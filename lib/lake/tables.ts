import { sql } from "@/lib/platform/db/pool";
import { store } from "@/lib/platform/store/open";
import type { Column, OpenTable, TableInfo, TableName, Tables } from "@/lib/warehouses/adapter";
import { findTable } from "./catalogue";

/** A lake's tables as they are now: who has opened one reads on in its files, whatever becomes of the table. */
export function lakeTables(warehouseId: string): Tables {
  return {
    list: () => listTables(warehouseId),
    async open(names) {
      const found = await Promise.all(names.map((name) => findTable(warehouseId, name)));
      const held = await store().hold(found.flatMap((table) => table?.files.map(({ key }) => key) ?? []));
      let at = 0;
      const tables = found.map((table, n): OpenTable | string => {
        const name = names[n] as TableName;
        if (!table) return `There is no table ${name.schema}.${name.name} in this warehouse.`;
        const files = held.files.slice(at, at + table.files.length);
        at += files.length;
        const view = table.view === null ? {} : { view: table.view };
        const { columns } = table;
        return { ...name, ...view, columns, named: true, native: true, engine: "duckdb", files, execution: null };
      });
      return { tables, release: held.release };
    },
  };
}

interface Row {
  schema: string;
  name: string;
  view: string | null;
  columns: Column[];
  rows: number | null;
  bytes: number | null;
  pipeline: string;
  stage: string;
}

async function listTables(warehouseId: string): Promise<TableInfo[]> {
  const rows = await sql<Row>(
    "lake-tables",
    `select t.schema, t.name, t.view, t.columns, t.pipeline, t.stage, f.rows, f.bytes
     from lake_tables t left join lateral (
       select sum(rows)::float8 as rows, sum(bytes)::float8 as bytes from lake_files where table_id = t.id and retired_at is null) f on true
     where t.warehouse_id = $1 order by t.schema, t.name`,
    [warehouseId],
  );
  return rows.map(({ schema, name, view, columns, rows: count, bytes, pipeline, stage }) => ({
    ...{ schema, name, kind: view === null ? "table" : "view", comment: `Made by Sluice: ${pipeline}, ${stage}` },
    rows: view === null ? (count ?? 0) : null,
    bytes: view === null ? (bytes ?? 0) : null,
    columns: columns.map((one) => ({
      name: one.name,
      type: one.engineType ?? one.type,
      nullable: true,
      comment: null,
    })),
    foreignKeys: [],
  }));
}
