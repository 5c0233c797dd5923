import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import type { StopOf, StopRequest } from "@/lib/gate/schema";
import { chosenWork, oneRequest } from "@/lib/gate/stop-work";
import { sql } from "@/lib/platform/db/pool";
import { cancelRun } from "./cancel-run";

const among = `from work k join attempts a on a.id = k.attempt_id join runs r on r.id = a.run_id
  where ${chosenWork} and r.state in ('queued', 'running')`;

async function countIn(id: string, { of, targets = [], state = "all" }: StopOf): Promise<number> {
  const [row] = await sql<{ n: number }>("stop_count_runs", `select count(distinct r.id)::int as n ${among}`, [
    ...[id, of, targets, state],
  ]);
  return row?.n ?? 0;
}

/** How many runs `stopRuns` would cancel as things stand. @throws SluiceError not_found */
export async function runsToStop(ctx: Context, warehouse: string, asked: StopOf): Promise<number> {
  allow(ctx, "load.read");
  const { id } = await warehouseFor(warehouse);
  return countIn(id, asked);
}

/**
 * Cancels the runs whose stages run or wait at that gate, chosen as `stopWork` chooses executions: each as a whole, for a
 * stage that ended alone would be tried again. @returns how many, and how many there are yet that it did not come to
 */
export async function stopRuns(
  ctx: Context,
  warehouse: string,
  asked: StopRequest,
  { most, until } = oneRequest(),
): Promise<{ runs: number; left: number }> {
  allow(ctx, "gate.write");
  const { id } = await warehouseFor(warehouse);
  const { of, targets = [], state = "all" } = asked;
  const found = await sql<{ id: string }>("stop_found_runs", `select distinct r.id ${among} limit $5`, [
    ...[id, of, targets, state, most],
  ]);
  let runs = 0;
  for (; runs < found.length && (runs === 0 || Date.now() < until); runs++)
    await cancelRun(ctx, found[runs]?.id ?? "", asked.reason);
  const left = runs < found.length || found.length === most ? await countIn(id, asked) : 0;
  return { runs, left };
}
