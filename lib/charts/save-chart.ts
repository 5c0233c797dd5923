import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { getExecution } from "@/lib/executions/data";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { getQuery } from "@/lib/queries/data";
import { getChart } from "./data";
import type { SaveChart, SavedChart } from "./schema";

/** Keeps a chart of a query or of one execution at an address of its own. @throws SluiceError forbidden, not_found */
export async function saveChart(
  ctx: Context,
  { title, spec, of: { kind, id: objectId } }: SaveChart,
): Promise<SavedChart> {
  allow(ctx, "chart.write");
  if (kind === "query") await getQuery(ctx, objectId);
  else await getExecution(ctx, objectId);
  const id = newId();
  await db().$transaction(async (tx) => {
    const of = kind === "query" ? { queryId: objectId } : { executionId: objectId };
    await tx.chart.create({ data: { id, title, spec, ...of, authorId: ctx.user.id } });
    await audit(tx, ctx, "chart.create", `chart:${id}`, { title, ...of });
  });
  return getChart(ctx, id);
}
