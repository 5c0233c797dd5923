import type { Context } from "@/lib/access/context";
import { openShared, type Standing } from "@/lib/access/shares";
import type { OpenQuery } from "./row";

/**
 * By whose grant this person, who has none of their own, runs a version of a query that is shared with them. Null: they
 * were to see it only, or somebody else than the sharer has changed it since.
 */
export function runStanding(ctx: Context, query: OpenQuery, version: number): Promise<Standing | null> {
  return openShared(ctx, { query: query.id, warehouse: query.warehouse_id, run: { version } });
}
