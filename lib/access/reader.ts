import type { Warehouse } from "@/lib/platform/db/generated/client";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import type { Context } from "./context";
import { ExpiringCache } from "./expiring-cache";

interface Entry {
  warehouse: Warehouse;
  /** Oldest first: the first is the one that admins use. */
  readers: string[];
  grants: Map<string, string>;
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
    include: { roles: { where: { kind: "reader" }, orderBy: { id: "asc" }, select: { id: true } }, grants: true },
    orderBy: { createdAt: "asc" },
  });
  if (!found) return undefined;
  const { roles, grants, ...warehouse } = found;
  const entry = {
    warehouse,
    readers: roles.map((role) => role.id),
    grants: new Map(grants.map((grant) => [grant.teamId, grant.readerId])),
  };
  cache.set(warehouse.id, entry);
  cache.set(warehouse.name, entry);
  return entry;
}

function readersOf(ctx: Context, entry: Entry): string[] {
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
  const readerId = entry && readersOf(ctx, entry)[0];
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
    return (await db().warehouse.findMany({ select: { id: true }, orderBy: { name: "asc" } })).map((row) => row.id);
  }
  const { rows } = await pool().query<{ id: string }>(
    `select w.id from warehouses w where exists (select 1 from grants g where g.warehouse_id = w.id and g.team_id = any($1))
     order by w.name`,
    [ctx.teamIds],
  );
  return rows.map((row) => row.id);
}

/** The reader that this person's teams were granted, as readerFor finds it; null where that finds nothing. */
export async function readerOf(ctx: Context, warehouse: string): Promise<string | null> {
  const entry = await load(warehouse);
  return (entry && readersOf(ctx, entry)[0]) ?? null;
}

/** Whether this person's grant opens that execution: who has the same reader, the whole company, an admin. */
export async function opensByGrant(
  ctx: Context,
  execution: { warehouseId: string; readerId: string },
): Promise<boolean> {
  if (ctx.user.role === "admin") return true;
  const entry = await load(execution.warehouseId);
  return entry !== undefined && (entry.warehouse.openToCompany || readersOf(ctx, entry).includes(execution.readerId));
}
