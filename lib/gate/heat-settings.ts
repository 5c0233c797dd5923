import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { encrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt } from "@/lib/platform/errors";
import { newSecret } from "@/lib/platform/ids";
import { refuseAddress } from "@/lib/webhooks/destination";
import { feel } from "./feel";
import { type HeatPatch, type HeatView, saidBy } from "./schema";

/** What is hot there, and what follows from it. @throws SluiceError not_found */
export async function getHeat(ctx: Context, warehouse: string): Promise<HeatView> {
  allow(ctx, "load.read");
  const { id } = await warehouseFor(warehouse);
  return heatOfWarehouse(id);
}

async function heatOfWarehouse(id: string): Promise<HeatView> {
  const { alertWebhook: webhook, ...warehouse } = await db().warehouse.findUniqueOrThrow({ where: { id } });
  const { slowDown, hotWaiting, hotActive, hotOldestMinutes, hotEngineSlots, alertMinutes } = warehouse;
  return { slowDown, hotWaiting, hotActive, hotOldestMinutes, hotEngineSlots, alertMinutes, webhook };
}

/**
 * Changes what is given and leaves the rest. Switched off, the slow-down gives all slots back at once.
 * @throws SluiceError invalid at `webhook` for an address inside a private network, at what its engine does not say
 */
export async function setHeat(
  ctx: Context,
  warehouse: string,
  patch: HeatPatch,
): Promise<HeatView & { webhookSecret: string | null }> {
  allow(ctx, "gate.write");
  const { id, engine } = await warehouseFor(warehouse);
  refuseUnsaid(engine, patch);
  const { webhook, webhookSecret, ...rest } = patch;
  if (webhook) refuseAddress(webhook);
  const made = webhook && !webhookSecret ? newSecret("whs") : null;
  const secret = made ?? webhookSecret ?? null;
  await db().$transaction(async (tx) => {
    const back = rest.slowDown === false ? { slotsNow: null, slowedAt: null, slowReason: null } : {};
    const told =
      webhook === undefined
        ? {}
        : { alertWebhook: webhook, alertSecret: webhook && secret !== null ? encrypt(secret, id) : null };
    await tx.warehouse.update({ where: { id }, data: { ...rest, ...back, ...told } });
    await audit(tx, ctx, "gate.heat", `warehouse:${id}`, { ...rest, ...(webhook === undefined ? {} : { webhook }) });
  });
  await feel(id);
  return { ...(await heatOfWarehouse(id)), webhookSecret: made };
}

/** What would never be met stands nowhere as if it might. */
function refuseUnsaid(engine: string, { hotOldestMinutes, hotEngineSlots }: HeatPatch): void {
  if (hotOldestMinutes && !saidBy.hotOldestMinutes(engine))
    throw invalidAt("hotOldestMinutes", "This warehouse has no transactions that grow old. Leave it empty.");
  if (hotEngineSlots && !saidBy.hotEngineSlots(engine))
    throw invalidAt("hotEngineSlots", "Only BigQuery says how many of its slots are in use. Leave it empty.");
}
