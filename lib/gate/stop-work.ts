import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { durable, sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import type { StopOf, StopRequest } from "./schema";
import { stopExecutions } from "./stop-executions";

/** Of work `k`, what a request chooses: the warehouse, of what, whose or which, and in which state, as $1 to $4. */
export const chosenWork = `k.warehouse_id = $1 and k.state in ('waiting', 'admitted', 'running')
  and ($4 = 'all' or (k.state = 'waiting') = ($4 = 'waiting'))
  and case $2
    when 'everything' then true
    when 'execution' then k.attempt_id = any($3) or k.id in (select t.work_id from executions x join statements t on t.id = x.statement_id where x.id = any($3))
    when 'lane' then sluice_lane(k.lane) = any($3)
    when 'person' then k.user_id = any($3)
    when 'token' then k.token_id = any($3)
    else exists (select from team_members m where m.user_id = k.user_id and m.team_id = any($3))
  end`;

const among = `from work k join statements s on s.work_id = k.id join executions e on e.statement_id = s.id
  where ${chosenWork} and s.state in ('queued', 'running') and e.state in ('queued', 'running')`;

async function countIn(id: string, { of, targets = [], state = "all" }: StopOf): Promise<number> {
  const [row] = await sql<{ n: number }>("stop_count", `select count(*)::int as n ${among}`, [id, of, targets, state]);
  return row?.n ?? 0;
}

/** How many executions `stopWork` would stop as things stand. @throws SluiceError not_found */
export async function executionsToStop(ctx: Context, warehouse: string, asked: StopOf): Promise<number> {
  allow(ctx, "load.read");
  const { id } = await warehouseFor(warehouse);
  return countIn(id, asked);
}

/** What one request does at most: so many, and none begun later than `until` by Date.now(). */
interface AtMost {
  most: number;
  until: number;
}

/** Longer than a proxy waits for no answer would be lost; whoever asked asks again for the rest. */
export const oneRequest = (): AtMost => ({ most: 10_000, until: Date.now() + 20_000 });

/**
 * Stops work in bulk, or one piece for good: every execution that waits for it, where cancelExecution stops one's own.
 * What runs ends as any stop does, confirmed by the warehouse. The reason is kept and shown on each execution's page.
 * What is submitted meanwhile is not stopped: pause first. Stages stand there too, and are ended by lib/runs/stop-runs.ts.
 * @returns how many it stopped, and how many there are yet that it did not come to: ask again
 */
export async function stopWork(
  ctx: Context,
  warehouse: string,
  asked: StopRequest,
  { most, until } = oneRequest(),
): Promise<{ stopped: number; left: number }> {
  allow(ctx, "gate.write");
  const { id } = await warehouseFor(warehouse);
  const { of, targets = [], state = "all" } = asked;
  // Those that wait come first, the newest of them, so that none moves up while others end.
  const found = await sql<{ id: string }>(
    "stop_found",
    `select e.id ${among} order by k.state = 'waiting' desc, k.queued_at desc, s.position desc limit $5`,
    [id, of, targets, state, most],
  );
  const reason = asked.reason.trim();
  const executions = found.map((one) => one.id);
  const done = await stopExecutions({ warehouse: id, executions, reason, by: ctx, until });
  const { stopped } = done;
  const left = done.left > 0 || found.length === most ? await countIn(id, asked) : 0;
  await db().$transaction((tx) =>
    audit(tx, ctx, "gate.stop", `warehouse:${id}`, { of, targets, state, reason, stopped, ...(left ? { left } : {}) }),
  );
  await durable();
  return { stopped, left };
}
