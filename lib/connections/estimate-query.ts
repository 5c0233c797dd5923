import type { z } from "zod";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readerFor } from "@/lib/access/reader";
import { boundValue } from "@/lib/executions/parameters";
import { type LimitFound, leftToday, scopeWords } from "@/lib/gate/hold";
import type { Caps } from "@/lib/gate/lease";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { Turns } from "@/lib/platform/turns";
import { type Estimate, WarehouseError } from "@/lib/warehouses/adapter";
import { bindPlaceholders } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";
import { adapterFor } from "@/lib/warehouses/registry";
import { connectionFor } from "./connection";
import type { EstimateView, explainSchema } from "./schema";

// Asked for at every pause of typing, so it stands behind all else: one at a time in a warehouse and process, and who
// comes when a few wait is told nothing rather than to wait.
const turns = new Map<string, Turns>();
const timeoutMs = 3_000;

const manyRows = 10_000_000;
const manyBytes = 100e9;

const nothing = (state: EstimateView["state"]): EstimateView => ({
  ...{ state, rows: null, bytes: null, words: [], warning: null, refusal: null },
});

/**
 * What a statement would read, by the engine's own estimate; it is never run, takes no slot, and a paused warehouse is
 * not asked. With the limits that it would be over, and who can raise them.
 */
export async function estimateQuery(
  ctx: Context,
  warehouseId: string,
  input: z.infer<typeof explainSchema>,
): Promise<EstimateView> {
  allow(ctx, "warehouse.explain");
  const { warehouse } = await readerFor(ctx, warehouseId);
  const adapter = await adapterFor(warehouse.engine);
  if (!adapter.estimate) return nothing("unknown");
  const own = turns.get(warehouse.id) ?? new Turns(1, 4, "Many estimates of this warehouse are asked for.");
  turns.set(warehouse.id, own);
  try {
    return await own.run(() => ask(ctx, warehouseId, input));
  } catch (error) {
    if (error instanceof SluiceError && error.code === "rate_limited") return nothing("unknown");
    if (!(error instanceof WarehouseError)) throw error;
    return nothing(["connection", "timeout", "57014", "55P03"].includes(error.detail.code) ? "unknown" : "invalid");
  } finally {
    if (own.idle) turns.delete(warehouse.id);
  }
}

async function ask(ctx: Context, warehouseId: string, input: z.infer<typeof explainSchema>): Promise<EstimateView> {
  // Here, and not before the turn: it may have been paused, or the grant taken back, while this waited.
  const { warehouse, readerId } = await readerFor(ctx, warehouseId);
  if (warehouse.paused) return nothing("paused");
  const adapter = await adapterFor(warehouse.engine);
  const bound = bindPlaceholders(input.sql, Object.keys(input.parameters), lexisOf(warehouse.engine));
  const values = bound.order.map((name) => boundValue(input.parameters[name]));
  const options = {
    applicationName: `sluice estimate ${newId()}`,
    ...{ timeZone: input.timeZone ?? "UTC", statementTimeoutMs: timeoutMs, lockTimeoutMs: 500 },
  };
  const request = { sql: bound.sql, values, limit: null };
  const found = await adapter.estimate?.(await connectionFor(readerId), request, options);
  if (!found) return nothing("unknown");
  const caps = warehouse.ruled ? await capsOf(ctx, warehouse.id) : {};
  const refusal = refusalOf(found, caps);
  return { state: "known", ...found, refusal, warning: refusal ? null : warningOf(found, caps) };
}

async function capsOf(ctx: Context, warehouse: string): Promise<Caps> {
  const [row] = await sql<{ caps: Caps }>("estimate_caps", "select sluice_caps($1, $2, $3) as caps", [
    warehouse,
    ctx.user.id,
    ctx.tokenId,
  ]);
  return row?.caps ?? {};
}

function refusalOf({ rows, bytes }: Estimate, { rowsRead, bytesPerQuery, bytesPerDay }: Caps): string | null {
  if (rows !== null && rowsRead && rows > rowsRead.value) return over(rowsRead, "rows");
  if (bytes !== null && bytesPerQuery && bytes > bytesPerQuery.value) return over(bytesPerQuery, "bytes");
  if (bytes !== null && bytesPerDay && bytes > bytesPerDay.left)
    return `It would be refused. ${leftToday(bytesPerDay)} An admin can raise it.`;
  return null;
}

const number = (n: number) => n.toLocaleString("en-US");
const over = (limit: LimitFound, unit: string) =>
  `It would be refused: the limit ${limit.name} of ${scopeWords(limit)} allows ${number(limit.value)} ${unit}. An admin can raise it.`;

function warningOf({ rows, bytes }: Estimate, { rowsRead, bytesPerQuery }: Caps): string | null {
  if (rows !== null && rows >= Math.min(manyRows, (rowsRead?.value ?? Number.POSITIVE_INFINITY) / 2))
    return "That is much for the warehouse.";
  if (bytes !== null && bytes >= Math.min(manyBytes, (bytesPerQuery?.value ?? Number.POSITIVE_INFINITY) / 2))
    return "That is much to pay for.";
  return null;
}
