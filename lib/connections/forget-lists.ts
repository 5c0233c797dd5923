import type { Transaction } from "@/lib/platform/db/prisma";

/** By reader: as whom and where it looks. */
export type Sight = Map<string, string>;

/** Holds the readers, so that a list which is just being kept is there when it is to be dropped. */
export async function sightOf(tx: Transaction, warehouseId: string): Promise<Sight> {
  await tx.$queryRaw`select 1 from warehouse_roles where warehouse_id = ${warehouseId} order by id for no key update`;
  const { config, roles } = await tx.warehouse.findUniqueOrThrow({
    where: { id: warehouseId },
    select: { config: true, roles: { select: { id: true, username: true } } },
  });
  return new Map(roles.map(({ id, username }) => [id, JSON.stringify([username, config])]));
}

/**
 * Drops the lists of tables that were read as somebody else, or elsewhere: they may name what the reader does not see now.
 * One that is being read meanwhile is not kept (tables.ts).
 */
export async function forgetLists(tx: Transaction, warehouseId: string, before: Sight): Promise<void> {
  const now = await sightOf(tx, warehouseId);
  const changed = [...before.keys()].filter((id) => now.get(id) !== before.get(id));
  if (changed.length > 0) await tx.catalog.deleteMany({ where: { warehouseId, readerId: { in: changed } } });
}
