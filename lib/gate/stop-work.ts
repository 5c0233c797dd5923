import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import type { Admitted } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import { durable, sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import type { StopOf, StopRequest } from "./schema";

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

/** Of the warehouse's id. Those that wait come first, the newest of them, so that none moves up while others end. */
function executionsIn(id: string, { of, targets = [], state = "all" }: StopOf): Promise<{ id: string }[]> {
  return sql<{ id: string }>(
    "stop_found",
    `select e.id from work k join statements s on s.work_id = k.id join executions e on e.statement_id = s.id
     where ${chosenWork} and s.state in ('queued', 'running') and e.state in ('queued', 'running')
     order by k.state = 'waiting' desc, k.queued_at desc, s.position desc`,
    [id, of, targets, state],
  );
}

/** How many executions `stopWork` would stop as things stand. @throws SluiceError not_found */
export async function executionsToStop(ctx: Context, warehouse: string, asked: StopOf): Promise<number> {
  allow(ctx, "load.read");
  const { id } = await warehouseFor(warehouse);
  return (await executionsIn(id, asked)).length;
}

/** Few enough that the warehouse's lock, held until they are written, delays nobody by a felt time. */
const atOnce = 25;

/**
 * Stops work in bulk, or one piece for good: every execution that waits for it, where cancelExecution stops one's own.
 * What runs ends as any stop does, confirmed by the warehouse. The reason is kept and shown on each execution's page.
 * What is submitted meanwhile is not stopped: pause first. Stages stand there too, and are ended by lib/runs/stop-runs.ts.
 */
export async function stopWork(ctx: Context, warehouse: string, asked: StopRequest): Promise<{ stopped: number }> {
  allow(ctx, "gate.write");
  const { id } = await warehouseFor(warehouse);
  const { of, targets = [], state = "all" } = asked;
  const found = await executionsIn(id, asked);
  const words = asked.reason.trim();
  let stopped = 0;
  for (let from = 0; from < found.length; from += atOnce) {
    const admitted: Admitted[] = [];
    await db().$transaction(async (tx) => {
      for (const { id: execution } of found.slice(from, from + atOnce)) {
        const rows = await tx.$queryRaw<{ answer: { outcome: string; admitted: Admitted[] } | null }[]>`
          select sluice_cancel(${execution}, ${words}) as answer`;
        const answer = rows[0]?.answer;
        if (!answer || answer.outcome === "ended") continue;
        stopped += 1;
        admitted.push(...answer.admitted);
        await audit(tx, ctx, "execution.cancel", `execution:${execution}`, { outcome: answer.outcome, reason: words });
      }
    });
    offer(admitted);
  }
  await db().$transaction((tx) =>
    audit(tx, ctx, "gate.stop", `warehouse:${id}`, { of, targets, state, reason: words, stopped }),
  );
  await durable();
  return { stopped };
}
