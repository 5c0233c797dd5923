import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { forgetWarehouses, readerFor, warehouseFor } from "@/lib/access/reader";
import type { QueuedWork } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import { db } from "@/lib/platform/db/prisma";
import type { GatePatch, GateView } from "./schema";
import { gateOf } from "./view";

/** The gate as those see it who wait before it. */
export async function getGate(ctx: Context, warehouseId: string): Promise<GateView> {
  allow(ctx, "gate.read");
  const { id } =
    ctx.user.role === "admin" ? await warehouseFor(warehouseId) : (await readerFor(ctx, warehouseId)).warehouse;
  return gateOf(id);
}

/** Changes what is given and leaves the rest. Felt at once: the change itself admits what it frees. */
export async function setGate(ctx: Context, warehouseId: string, patch: GatePatch): Promise<GateView> {
  allow(ctx, "gate.write");
  const { id } = await warehouseFor(warehouseId);
  const admitted = await db().$transaction(async (tx) => {
    await tx.warehouse.update({
      where: { id },
      data: {
        ...(patch.slots === undefined ? {} : { slots: patch.slots }),
        ...(patch.perUser === undefined ? {} : { perUser: patch.perUser }),
        ...(patch.paused === undefined ? {} : { paused: patch.paused }),
        ...(patch.reason === undefined && patch.paused !== false ? {} : { pauseReason: patch.reason ?? null }),
      },
    });
    await audit(tx, ctx, "gate.set", `warehouse:${id}`, patch);
    const rows = await tx.$queryRaw<{ admitted: QueuedWork[] }[]>`select sluice_regate(${id}) as admitted`;
    return rows[0]?.admitted ?? [];
  });
  forgetWarehouses();
  offer(admitted);
  return gateOf(id);
}
