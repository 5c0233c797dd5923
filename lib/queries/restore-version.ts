import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt } from "@/lib/platform/errors";
import { queryFor } from "./row";
import type { Parameter, QueryView } from "./schema";
import { updateQuery } from "./update-query";

/** Makes an older text the latest version; the versions between stay. @throws SluiceError as updateQuery */
export async function restoreVersion(
  ctx: Context,
  id: string,
  input: { number: number; version?: number | undefined },
): Promise<QueryView> {
  allow(ctx, "query.write");
  await queryFor(ctx, id);
  const old = await db().queryVersion.findUnique({ where: { queryId_number: { queryId: id, number: input.number } } });
  if (!old) {
    const message = `This query has no version ${input.number}.`;
    throw invalidAt("number", message);
  }
  const { title, description, sql, tags } = old;
  const text = { title, description, sql, tags, parameters: old.parameters as Parameter[] };
  return updateQuery(ctx, id, { ...text, version: input.version }, { restored: input.number });
}
