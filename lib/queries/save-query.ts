import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readerFor } from "@/lib/access/reader";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { checkQuery } from "./check-query";
import { getQuery } from "./data";
import { inferParameters } from "./parameters";
import type { QueryView, SaveQuery } from "./schema";
import { tablesIn } from "./tables";
import { teamExists, writeVersion } from "./write-version";

/** Saves SQL as a query of one's own, or of one's team. @throws SluiceError forbidden, not_found (warehouse), invalid */
export async function saveQuery(ctx: Context, input: SaveQuery, detail: object = {}): Promise<QueryView> {
  allow(ctx, "query.write");
  const { warehouse, readerId } = await readerFor(ctx, input.warehouse);
  const text = {
    title: input.title,
    description: input.description,
    sql: input.sql,
    parameters: input.parameters ?? inferParameters(input.sql, warehouse.engine),
    tags: [...new Set(input.tags)],
  };
  await checkQuery(ctx, { ...text, engine: warehouse.engine, team: input.team });
  const id = newId();
  const tables = await tablesIn(input.sql, warehouse, readerId);
  await db().$transaction(async (tx) => {
    await teamExists(tx, input.team);
    await tx.query.create({
      data: { ...text, id, tables, warehouseId: warehouse.id, ownerId: ctx.user.id, teamId: input.team },
    });
    await writeVersion(tx, ctx, id, 1, text);
    await audit(tx, ctx, "query.create", `query:${id}`, { title: input.title, ...detail });
  });
  return getQuery(ctx, id);
}
