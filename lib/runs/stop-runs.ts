import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import type { StopRequest } from "@/lib/gate/schema";
import { chosenWork } from "@/lib/gate/stop-work";
import { sql } from "@/lib/platform/db/pool";
import { cancelRun } from "./cancel-run";

/**
 * Cancels the runs whose stages run or wait at that gate, chosen as `stopWork` chooses executions: each as a whole, for a
 * stage that ended alone would be tried again. @returns how many
 */
export async function stopRuns(ctx: Context, warehouse: string, asked: StopRequest): Promise<number> {
  allow(ctx, "gate.write");
  const { id } = await warehouseFor(warehouse);
  const { of, targets = [], state = "all" } = asked;
  const found = await sql<{ id: string }>(
    "stop_found_runs",
    `select distinct a.run_id as id from work k join attempts a on a.id = k.attempt_id where ${chosenWork}`,
    [id, of, targets, state],
  );
  for (const run of found) await cancelRun(ctx, run.id, asked.reason);
  return found.length;
}
