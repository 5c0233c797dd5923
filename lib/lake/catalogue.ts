import type pg from "pg";
import { pool, sql } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { store } from "@/lib/platform/store/open";
import { type Column, type TableName, WarehouseError } from "@/lib/warehouses/adapter";
import type { Lake, LakeChange, LakeFile, LakeTable, LakeWriter } from "@/lib/warehouses/lake";

/** Where the files of all lakes are in the store. */
export const lakePrefix = "lake";

const late = () =>
  new WarehouseError({
    code: "late_attempt",
    message: "A later attempt of this stage has taken over, or this one was stopped, so it writes nothing.",
    hint: "Nothing is to be done: look at the later attempt.",
  });

interface Row {
  id: string;
  schema: string;
  name: string;
  version: number;
  view: string | null;
  columns: Column[];
  files: LakeFile[];
}

/** A table with the files that are it now, of one moment. */
export async function findTable(warehouseId: string, { schema, name }: TableName): Promise<LakeTable | null> {
  const [row] = await sql<Row>(
    "lake-table",
    `select t.id, t.schema, t.name, t.version, t.view, t.columns,
       coalesce((select json_agg(json_build_object('id', f.id, 'key', f.store_key, 'rows', f.rows, 'runKey', f.run_key) order by f.id)
         from lake_files f where f.table_id = t.id and f.retired_at is null), '[]') as files
     from lake_tables t where t.warehouse_id = $1 and lower(t.schema) = lower($2) and lower(t.name) = lower($3)`,
    [warehouseId, schema, name],
  );
  return row ?? null;
}

/** The tables of one lake. */
export function lakeOf(warehouseId: string): Lake {
  return {
    find: (table) => findTable(warehouseId, table),
    hold: (files) => store().hold(files.map(({ key }) => key)),
    async put(file) {
      const key = `${lakePrefix}/${warehouseId}/${newId()}.parquet`;
      return { key, ...(await store().putFile(key, file)) };
    },
    async raise({ runKey, token }) {
      const rows = await sql(
        "lake-raise",
        `insert into lake_fences as f (warehouse_id, run_key, token) values ($1, $2, $3)
         on conflict (warehouse_id, run_key) do update set token = excluded.token, at = now()
         where f.token <= excluded.token returning 1`,
        [warehouseId, runKey, token],
      );
      if (rows.length === 0) throw late();
    },
    commit: (writer, change) => inTransaction((client) => commit(client, warehouseId, writer, change)),
  };
}

/** What answers false leaves nothing, as what throws. */
async function inTransaction(work: (client: pg.PoolClient) => Promise<boolean>): Promise<boolean> {
  const client = await pool().connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const done = await work(client);
    await client.query(done ? "commit" : "rollback");
    return done;
  } catch (error) {
    await client.query("rollback").catch((lost: Error) => {
      broken = lost;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function commit(
  client: pg.PoolClient,
  warehouseId: string,
  writer: LakeWriter,
  { table, before, view, columns, retired, added }: LakeChange,
): Promise<boolean> {
  await refuseLate(client, warehouseId, writer);
  const { pipeline, stage } = writer;
  const told = [JSON.stringify(columns), view, pipeline, stage];
  // Who comes second waits for the first at the name or the row, and then finds another version.
  const { rows } = before
    ? await client.query<{ id: string }>(
        `update lake_tables set columns = $1, view = $2, pipeline = $3, stage = $4, version = version + 1, changed_at = now()
         where id = $5 and version = $6 returning id`,
        [...told, before.id, before.version],
      )
    : await client.query<{ id: string }>(
        `insert into lake_tables (columns, view, pipeline, stage, id, warehouse_id, schema, name)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`,
        [...told, newId(), warehouseId, table.schema, table.name],
      );
  const [row] = rows;
  if (!row) return false;
  await client.query("update lake_files set retired_at = now() where table_id = $1 and id = any($2)", [
    row.id,
    retired,
  ]);
  for (const { key, runKey, rows: count, bytes } of added)
    await client.query(
      "insert into lake_files (id, table_id, store_key, run_key, rows, bytes) values ($1, $2, $3, $4, $5, $6)",
      [newId(), row.id, key, runKey, count, bytes],
    );
  return true;
}

/** Both rows stay as they are until the commit: a later attempt waits to raise the fence, and a stop to be written. */
async function refuseLate(client: pg.PoolClient, warehouseId: string, writer: LakeWriter): Promise<void> {
  const { rows: fence } = await client.query(
    "select 1 from lake_fences where warehouse_id = $1 and run_key = $2 and token = $3 for update",
    [warehouseId, writer.runKey, writer.token],
  );
  if (fence.length === 0) throw late();
  const { attempt } = writer;
  if (!attempt) return;
  const { rows: held } = await client.query(
    "select 1 from attempts where id = $1 and lease_token = $2 and state = 'running' for share",
    [attempt.id, attempt.lease],
  );
  if (held.length === 0) throw late();
}
