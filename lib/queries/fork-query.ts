import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { queryFor } from "./row";
import { saveQuery } from "./save-query";
import type { QueryView } from "./schema";

/** A copy of one's own, which goes its own way. @throws SluiceError forbidden, not_found */
export async function forkQuery(ctx: Context, id: string, title?: string): Promise<QueryView> {
  allow(ctx, "query.write");
  const { warehouse_id: warehouse, description, sql, parameters, tags, ...row } = await queryFor(ctx, id);
  const text = { warehouse, description, sql, parameters, tags, team: null };
  return saveQuery(
    ctx,
    { ...text, title: title ?? `Copy of ${row.title}`.slice(0, 200) },
    { from: id, version: row.version },
  );
}
