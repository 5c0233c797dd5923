import type { z } from "zod";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readerFor } from "@/lib/access/reader";
import { boundValue } from "@/lib/executions/parameters";
import { newId } from "@/lib/platform/ids";
import { Turns } from "@/lib/platform/turns";
import { bindPlaceholders } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";
import { adapterFor } from "@/lib/warehouses/registry";
import { connectionFor } from "./connection";
import type { explainSchema } from "./schema";
import { inWords, refuseWhenPaused } from "./tables";

// A plan takes no slot of the gate, so this bounds the sessions that plans open beside it.
const turns = new Map<string, Turns>();

function inTurn<T>(warehouseId: string, work: () => Promise<T>): Promise<T> {
  const own =
    turns.get(warehouseId) ?? new Turns(2, 8, "Many plans of this warehouse are asked for. Try again in a moment.");
  turns.set(warehouseId, own);
  return own.run(work).finally(() => own.idle && turns.delete(warehouseId));
}

/**
 * The engine's plan, without running the statement. Two at once per warehouse and process; a few more wait.
 * @throws SluiceError unavailable while the warehouse is paused, rate_limited when too many wait
 */
export async function explainQuery(
  ctx: Context,
  warehouseId: string,
  input: z.infer<typeof explainSchema>,
): Promise<{ text: string }> {
  allow(ctx, "warehouse.explain");
  const { warehouse } = await readerFor(ctx, warehouseId);
  refuseWhenPaused(warehouse);
  return inTurn(warehouse.id, () => explain(ctx, warehouseId, input));
}

async function explain(ctx: Context, warehouseId: string, input: z.infer<typeof explainSchema>) {
  // Again: it may have been paused, or the grant taken back, while this waited.
  const { warehouse, readerId } = await readerFor(ctx, warehouseId);
  refuseWhenPaused(warehouse);
  const adapter = await adapterFor(warehouse.engine);
  const bound = bindPlaceholders(input.sql, Object.keys(input.parameters), lexisOf(warehouse.engine));
  const values = bound.order.map((name) => boundValue(input.parameters[name]));
  const options = {
    applicationName: `sluice explain ${newId()}`,
    timeZone: input.timeZone ?? "UTC",
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 5_000,
  };
  const plan = adapter.explain(await connectionFor(readerId), { sql: bound.sql, values, limit: null }, options);
  return { text: await plan.catch(inWords) };
}
