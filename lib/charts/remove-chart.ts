import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { chartToEdit } from "./data";

/** The rows that it draws stay. @throws SluiceError not_found, forbidden */
export async function removeChart(ctx: Context, id: string): Promise<void> {
  const { title } = await chartToEdit(ctx, id);
  await db().$transaction(async (tx) => {
    const { count } = await tx.chart.deleteMany({ where: { id } });
    if (count > 0) await audit(tx, ctx, "chart.remove", `chart:${id}`, { title });
  });
}
