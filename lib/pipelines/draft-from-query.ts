import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { getQuery } from "@/lib/queries/data";
import { writeYaml } from "./document";
import { type AskedQuery, fromQuery, slugOf } from "./from-query";
import { usableWarehouses, writableSchemas } from "./known";
import type { DraftedPipeline } from "./schema";

export type Drafted = Omit<DraftedPipeline, "query">;

/** “Make this a nightly table”: a document half filled from a saved query. Nothing is kept. @throws SluiceError not_found */
export async function draftFromQuery(ctx: Context, id: string): Promise<DraftedPipeline> {
  allow(ctx, "pipeline.write");
  const query = await getQuery(ctx, id);
  return { query: { id: query.id, title: query.title }, ...(await draftedFrom(ctx, query)) };
}

/** The same of any SQL, for whoever may write pipelines. */
export async function draftedFrom(ctx: Context, asked: AskedQuery): Promise<Drafted> {
  const [warehouses, granted] = await Promise.all([usableWarehouses(ctx), writableSchemas(ctx)]);
  const writer = warehouses.some(({ name, writer: has }) => name === asked.warehouse.name && has);
  // An admin may write anywhere, and says where.
  const schema = writer ? (granted?.get(asked.warehouse.name)?.[0] ?? null) : null;
  const name = await freeName(slugOf(asked.title));
  const target = { name, writer, schema, anywhere: granted === null, timeZone: ctx.user.timeZone ?? "UTC" };
  const { document, notes } = fromQuery(asked, target);
  return { name, text: writeYaml(document), notes };
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
