import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { chartToEdit, getChart } from "./data";
import type { SavedChart, UpdateChart } from "./schema";

/** @throws SluiceError not_found, forbidden */
export async function updateChart(ctx: Context, id: string, change: UpdateChart): Promise<SavedChart> {
  await chartToEdit(ctx, id);
  await db().$transaction(async (tx) => {
    const { count } = await tx.chart.updateMany({ where: { id }, data: { ...change, updatedAt: new Date() } });
    if (count > 0) await audit(tx, ctx, "chart.update", `chart:${id}`, { changed: Object.keys(change) });
  });
  return getChart(ctx, id);
}
