import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import type { StopOf, StopRequest } from "@/lib/gate/schema";
import { chosenWork } from "@/lib/gate/stop-work";
import { sql } from "@/lib/platform/db/pool";
import { cancelRun } from "./cancel-run";

function runsIn(id: string, { of, targets = [], state = "all" }: StopOf): Promise<{ id: string }[]> {
  return sql<{ id: string }>(
    "stop_found_runs",
    `select distinct a.run_id as id from work k join attempts a on a.id = k.attempt_id where ${chosenWork}`,
    [id, of, targets, state],
  );
}

/** How many runs `stopRuns` would cancel as things stand. @throws SluiceError not_found */
export async function runsToStop(ctx: Context, warehouse: string, asked: StopOf): Promise<number> {
  allow(ctx, "load.read");
  const { id } = await warehouseFor(warehouse);
  return (await runsIn(id, asked)).length;
}

/**
 * Cancels the runs whose stages run or wait at that gate, chosen as `stopWork` chooses executions: each as a whole, for a
 * stage that ended alone would be tried again. @returns how many
 */
export async function stopRuns(ctx: Context, warehouse: string, asked: StopRequest): Promise<number> {
  allow(ctx, "gate.write");
  const { id } = await warehouseFor(warehouse);
  const found = await runsIn(id, asked);
  for (const run of found) await cancelRun(ctx, run.id, asked.reason);
  return found.length;
}
