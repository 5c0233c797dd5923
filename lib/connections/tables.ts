import type { Context } from "@/lib/access/context";
import { readerFor } from "@/lib/access/reader";
import type { Warehouse } from "@/lib/platform/db/generated/client";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { type Connection, WarehouseError } from "@/lib/warehouses/adapter";
import { adapterFor } from "@/lib/warehouses/registry";
import { connectionFor } from "./connection";

interface Stored {
  at: string;
  tables: string;
}

const fetching = new Map<string, Promise<Stored>>();

/**
 * What this person's reader sees, as JSON text `{fetchedAt, paused, tables}`: 10,000 tables are not parsed on their
 * way through. The warehouse is asked the first time and when `refresh` says so, never while it is paused.
 */
export async function tablesOf(ctx: Context, warehouseId: string, refresh: boolean): Promise<string> {
  const { warehouse, readerId } = await readerFor(ctx, warehouseId);
  const { tables } = await connectionFor(readerId);
  // Sluice's own list costs the warehouse nothing, and changes with every result.
  if (tables) return listed(new Date().toISOString(), warehouse, JSON.stringify(await tables.list()));
  const stored = await read(warehouse.id, readerId);
  const use = stored && (!refresh || warehouse.paused) ? stored : await fetchOnce(warehouse, readerId);
  return listed(use.at, warehouse, use.tables);
}

function listed(at: string, warehouse: Warehouse, tables: string): string {
  return `{"fetchedAt":${JSON.stringify(at)},"paused":${warehouse.paused},"tables":${tables}}`;
}

async function read(warehouseId: string, readerId: string): Promise<Stored | undefined> {
  const { rows } = await pool().query<Stored>(
    `select to_char(fetched_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, tables::text as tables
     from catalogs where warehouse_id = $1 and reader_id = $2`,
    [warehouseId, readerId],
  );
  return rows[0];
}

function fetchOnce(warehouse: Warehouse, readerId: string): Promise<Stored> {
  refuseWhenPaused(warehouse);
  const running = fetching.get(readerId);
  if (running) return running;
  const started = introspect(warehouse, readerId).finally(() => fetching.delete(readerId));
  fetching.set(readerId, started);
  return started;
}

async function introspect(warehouse: Warehouse, readerId: string): Promise<Stored> {
  const adapter = await adapterFor(warehouse.engine);
  const connection = await connectionFor(readerId);
  const tables = JSON.stringify(await adapter.introspect(connection).catch(inWords));
  const at = new Date().toISOString();
  await keep(connection, at, tables);
  return { at, tables };
}

/**
 * Keeps a list, unless an admin has changed meanwhile as whom, or where, it was read (forget-lists.ts): then whoever looks
 * next asks anew. What they change is looked at once the reader's row is held, by a statement of its own that sees it.
 */
async function keep(read: Connection, at: string, tables: string): Promise<void> {
  const config = JSON.stringify(read.config);
  await db().$transaction(
    async (tx) => {
      await tx.$queryRaw`select 1 from warehouse_roles where id = ${read.roleId} for share`;
      await tx.$executeRaw`
        insert into catalogs (warehouse_id, reader_id, fetched_at, tables)
        select w.id, r.id, ${at}::timestamptz, ${tables}::jsonb
        from warehouses w join warehouse_roles r on r.warehouse_id = w.id
        where r.id = ${read.roleId} and r.username = ${read.username} and w.config = ${config}::jsonb
        on conflict (warehouse_id, reader_id) do update set fetched_at = excluded.fetched_at, tables = excluded.tables`;
    },
    { timeout: 30_000 },
  );
}

/** @throws SluiceError unavailable: nothing but the control door reaches a paused warehouse. */
export function refuseWhenPaused(warehouse: Warehouse): void {
  if (!warehouse.paused) return;
  const reason = warehouse.pauseReason ? `: ${warehouse.pauseReason}` : "";
  throw new SluiceError(
    "unavailable",
    `The warehouse ${warehouse.name} is paused${reason}. Try again when it is resumed.`,
    {
      reason: "paused",
    },
  );
}

/** The engine's own words, when it is the warehouse that refused. */
export function inWords(error: unknown): never {
  if (!(error instanceof WarehouseError)) throw error;
  const unreachable = error.detail.code === "connection";
  throw new SluiceError(
    unreachable ? "unavailable" : "invalid",
    error.detail.message,
    { error: error.detail },
    { cause: error },
  );
}
