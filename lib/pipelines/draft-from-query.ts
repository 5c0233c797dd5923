import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { getQuery } from "@/lib/queries/data";
import { writeYaml } from "./document";
import { fromQuery, slugOf } from "./from-query";
import { usableWarehouses, writableSchemas } from "./known";
import type { DraftedPipeline } from "./schema";

/** “Make this a nightly table”: a document half filled from a saved query. Nothing is kept. @throws SluiceError not_found */
export async function draftFromQuery(ctx: Context, id: string): Promise<DraftedPipeline> {
  allow(ctx, "pipeline.write");
  const query = await getQuery(ctx, id);
  const [warehouses, granted] = await Promise.all([usableWarehouses(ctx), writableSchemas(ctx)]);
  const writer = warehouses.some(({ id: one, writer: has }) => one === query.warehouse.id && has);
  // An admin may write anywhere, and says where.
  const schema = writer ? (granted?.get(query.warehouse.name)?.[0] ?? null) : null;
  const name = await freeName(slugOf(query.title));
  const target = { name, writer, schema, anywhere: granted === null, timeZone: ctx.user.timeZone ?? "UTC" };
  const { document, notes } = fromQuery(query, target);
  return { query: { id: query.id, title: query.title }, name, text: writeYaml(document), notes };
}

/** The first of `name`, `name_2`, … that no pipeline has. */
async function freeName(name: string): Promise<string> {
  const taken = new Set(
    (await db().pipeline.findMany({ where: { name: { startsWith: name } } })).map((one) => one.name),
  );
  for (let n = 1; ; n++) {
    const next = n === 1 ? name : `${name}_${n}`;
    if (!taken.has(next)) return next;
  }
}
