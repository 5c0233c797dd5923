import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readerFor, warehouseFor } from "@/lib/access/reader";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { feel } from "./feel";
import { gateChanges } from "./gate-changes";
import { insertPause } from "./pauses";
import type { GatePatch, GateView } from "./schema";
import { gateOf } from "./view";

/** The gate as those see it who wait before it. */
export async function getGate(ctx: Context, warehouseId: string): Promise<GateView> {
  allow(ctx, "gate.read");
  const { id } =
    ctx.user.role === "admin" ? await warehouseFor(warehouseId) : (await readerFor(ctx, warehouseId)).warehouse;
  return gateOf(id);
}

/**
 * Changes what is given and leaves the rest; felt at once. `paused` sets and ends the warehouse's own pause of everything.
 * @throws SluiceError conflict where it is to go on while every warehouse is paused
 */
export async function setGate(ctx: Context, warehouseId: string, patch: GatePatch): Promise<GateView> {
  allow(ctx, "gate.write");
  const { id } = await warehouseFor(warehouseId);
  await db().$transaction(async (tx) => {
    const { slots, perUser, unwatchedMinutes, ...pause } = patch;
    const asked = { slots, perUser, unwatchedMinutes };
    // Of two at once, the later sees what the earlier has set.
    await tx.$queryRaw`select 1 from warehouses where id = ${id} for no key update`;
    const changed = gateChanges(await tx.warehouse.findUniqueOrThrow({ where: { id } }), asked);
    if (Object.keys(changed).length > 0) await tx.warehouse.update({ where: { id }, data: asked });
    await setPause(tx, ctx, id, patch);
    await audit(tx, ctx, "gate.set", `warehouse:${id}`, { ...pause, ...changed });
  });
  await feel(id);
  return gateOf(id);
}

async function setPause(
  tx: Transaction,
  ctx: Context,
  warehouse: string,
  { paused, reason }: GatePatch,
): Promise<void> {
  const own = { warehouseId: warehouse, kind: "everything", endedAt: null };
  if (paused === false) {
    const { count } = await tx.pause.updateMany({ where: own, data: { endedAt: new Date(), endedById: ctx.user.id } });
    if (count === 0 && (await tx.pause.count({ where: { ...own, warehouseId: null } })) > 0) {
      throw new SluiceError("conflict", "Every warehouse is paused. End that pause to let this one go on too.");
    }
    return;
  }
  const words = reason?.trim() || null;
  const { count } = await tx.pause.updateMany({
    where: own,
    data: reason === undefined ? { kind: "everything" } : { reason: words },
  });
  if (paused && count === 0) {
    const asked = { of: "everything" as const, ...(words ? { reason: words } : {}) };
    await insertPause(tx, ctx, { id: newId(), warehouse, asked, until: null });
  }
}
