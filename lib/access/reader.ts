import { encrypt } from "@/lib/platform/crypto";
import type { Warehouse } from "@/lib/platform/db/generated/client";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import type { Context } from "./context";
import { ExpiringCache } from "./expiring-cache";

interface Entry {
  warehouse: Warehouse;
  /** Oldest first: the first is the one that admins use. */
  readers: string[];
  grants: Map<string, string>;
  /** Of a personal warehouse: each person's own reader. */
  own: Map<string, string>;
}

// A changed grant is felt within a second everywhere, at once in the process that changed it.
const cache = new ExpiringCache<Entry>(1_000);

/** Drops what is cached, after a change to warehouses, readers or grants. */
export function forgetWarehouses(): void {
  cache.clear();
}

async function load(idOrName: string): Promise<Entry | undefined> {
  const known = cache.get(idOrName);
  if (known) return known;
  const found = await db().warehouse.findFirst({
    where: { OR: [{ id: idOrName }, { name: idOrName }] },
    include: {
      roles: { where: { kind: "reader" }, orderBy: { id: "asc" }, select: { id: true, userId: true } },
      grants: true,
    },
    orderBy: { createdAt: "asc" },
  });
  if (!found) return undefined;
  const { roles, grants, ...warehouse } = found;
  const entry = {
    warehouse,
    readers: roles.map((role) => role.id),
    grants: new Map(grants.map((grant) => [grant.teamId, grant.readerId])),
    own: new Map(roles.flatMap(({ id, userId }) => (userId ? [[userId, id] as const] : []))),
  };
  cache.set(warehouse.id, entry);
  cache.set(warehouse.name, entry);
  return entry;
}

/** Each person's reader of a personal warehouse is there once they need it. It signs in nowhere, so its secret is empty. */
async function ownReader(ctx: Context, entry: Entry): Promise<string> {
  const known = entry.own.get(ctx.user.id);
  if (known) return known;
  const id = newId();
  const { rows } = await pool().query<{ id: string }>(
    `with made as (insert into warehouse_roles (id, warehouse_id, kind, name, username, secret, user_id)
       values ($1, $2, 'reader', $3, $3, $4, $3) on conflict do nothing returning id)
     select id from made union all select id from warehouse_roles where warehouse_id = $2 and user_id = $3 limit 1`,
    [id, entry.warehouse.id, ctx.user.id, encrypt("", id)],
  );
  // Nothing: another process has made it since this statement began to look.
  const reader = rows[0]?.id ?? (await reload(entry.warehouse.id))?.own.get(ctx.user.id);
  if (!reader) throw new Error(`the reader of ${ctx.user.id} could not be made`);
  entry.own.set(ctx.user.id, reader);
  return reader;
}

function reload(id: string): Promise<Entry | undefined> {
  forgetWarehouses();
  return load(id);
}

async function readersOf(ctx: Context, entry: Entry): Promise<string[]> {
  if (entry.warehouse.personal) return [await ownReader(ctx, entry)];
  const granted = new Set(ctx.teamIds.map((team) => entry.grants.get(team)));
  const mine = entry.readers.filter((reader) => granted.has(reader));
  return mine.length === 0 && ctx.user.role === "admin" ? entry.readers.slice(0, 1) : mine;
}

/**
 * The warehouse and the reader that this person's teams were granted; of several the oldest reader.
 * Admins may use every warehouse.
 * @throws SluiceError not_found also when there is a warehouse but no grant, so that names do not leak.
 */
export async function readerFor(ctx: Context, warehouse: string): Promise<{ warehouse: Warehouse; readerId: string }> {
  const entry = await load(warehouse);
  const readerId = entry && (await readersOf(ctx, entry))[0];
  if (!entry || !readerId) {
    throw new SluiceError(
      "not_found",
      `There is no warehouse "${warehouse.slice(0, 100)}" that you may use. Ask an admin to grant it to one of your teams.`,
    );
  }
  return { warehouse: entry.warehouse, readerId };
}

/** The warehouse for one who manages it, also without any reader. @throws SluiceError not_found */
export async function warehouseFor(idOrName: string): Promise<Warehouse> {
  const entry = await load(idOrName);
  if (!entry) throw new SluiceError("not_found", "There is no such warehouse.");
  return entry.warehouse;
}

/** Warehouses this person may use, by name. */
export async function warehousesOf(ctx: Context): Promise<string[]> {
  if (ctx.user.role === "admin") {
    return (
      await db().warehouse.findMany({ select: { id: true }, orderBy: [{ personal: "asc" }, { name: "asc" }] })
    ).map((row) => row.id);
  }
  const { rows } = await pool().query<{ id: string }>(
    `select w.id from warehouses w where w.personal
       or exists (select 1 from grants g where g.warehouse_id = w.id and g.team_id = any($1))
     order by w.personal, w.name`,
    [ctx.teamIds],
  );
  return rows.map((row) => row.id);
}

/** The reader that this person's teams were granted, as readerFor finds it; null where that finds nothing. */
export async function readerOf(ctx: Context, warehouse: string): Promise<string | null> {
  const entry = await load(warehouse);
  return (entry && (await readersOf(ctx, entry))[0]) ?? null;
}

/**
 * Whether this person's reader opens what ran through that one: who has the same, the whole company, an admin. Of a
 * personal warehouse nobody but whose reader it is.
 */
export async function opensByReader(
  ctx: Context,
  { warehouseId, readerId }: { warehouseId: string; readerId: string },
): Promise<boolean> {
  const entry = await load(warehouseId);
  if (entry?.warehouse.personal) return (await ownReader(ctx, entry)) === readerId;
  if (ctx.user.role === "admin") return true;
  return entry !== undefined && (entry.warehouse.openToCompany || (await readersOf(ctx, entry)).includes(readerId));
}

/** Whether everybody has a reader of their own there. */
export async function isPersonal(warehouse: string): Promise<boolean> {
  return (await load(warehouse))?.warehouse.personal ?? false;
}
