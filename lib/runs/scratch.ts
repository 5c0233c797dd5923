import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { whomToAsk } from "@/lib/access/rights";
import { sql } from "@/lib/platform/db/pool";
import { savedInto } from "./save-document";
import type { ScratchView } from "./schema";

/** Schemas in which this person may save tables: those of their teams; an admin those of all. None where no stage makes tables. */
export async function scratchOf(ctx: Context): Promise<ScratchView> {
  allow(ctx, "pipeline.run");
  const [rows, ask] = await Promise.all([
    sql<Record<"team" | "team_name" | "warehouse" | "warehouse_name" | "schema", string>>(
      "scratch_of",
      `select t.id as team, t.name as team_name, w.id as warehouse, w.name as warehouse_name, g.schema
       from schema_grants g join teams t on t.id = g.team_id join warehouses w on w.id = g.warehouse_id
       where g.scratch and ($1 or g.team_id = any($2)) and w.engine = any($3) order by t.name, w.name`,
      [ctx.user.role === "admin", ctx.teamIds, savedInto],
    ),
    whomToAsk(),
  ]);
  const items = rows.map((row) => ({
    team: { id: row.team, name: row.team_name },
    warehouse: { id: row.warehouse, name: row.warehouse_name },
    schema: row.schema,
  }));
  return { items, ask };
}
