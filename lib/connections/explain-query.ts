import type { z } from "zod";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readerFor } from "@/lib/access/reader";
import { newId } from "@/lib/platform/ids";
import { bindPlaceholders } from "@/lib/warehouses/postgres/lexer";
import { adapterFor } from "@/lib/warehouses/registry";
import { connectionFor } from "./connection";
import type { explainSchema } from "./schema";
import { inWords, refuseWhenPaused } from "./tables";

/** The engine's plan, without running the statement. @throws SluiceError unavailable while the warehouse is paused */
export async function explainQuery(
  ctx: Context,
  warehouseId: string,
  input: z.infer<typeof explainSchema>,
): Promise<{ text: string }> {
  allow(ctx, "warehouse.explain");
  const { warehouse, readerId } = await readerFor(ctx, warehouseId);
  refuseWhenPaused(warehouse);
  const adapter = await adapterFor(warehouse.engine);
  const bound = bindPlaceholders(input.sql, Object.keys(input.parameters));
  const values = bound.order.map((name) => {
    const value = input.parameters[name];
    return value === null || value === undefined ? null : String(value);
  });
  const options = {
    applicationName: `sluice explain ${newId()}`,
    timeZone: input.timeZone ?? "UTC",
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 5_000,
  };
  const plan = adapter.explain(await connectionFor(readerId), { sql: bound.sql, values, limit: null }, options);
  return { text: await plan.catch(inWords) };
}
