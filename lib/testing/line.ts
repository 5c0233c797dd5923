import type { Context } from "@/lib/access/context";
import { beginStatement, endStatement, startWork } from "@/lib/gate/lease";
import type { QueuedWork } from "@/lib/jobs/job";
import { pool } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import type { BuiltWarehouse } from "./factories";

/** What holds a slot and is not running yet, oldest first, as a worker would get it. */
export async function admittedWork(warehouse: string): Promise<QueuedWork[]> {
  const { rows } = await pool().query<QueuedWork>(
    `select id, lease_token as lease, warehouse_id as warehouse, reader_id as reader from work
     where warehouse_id = $1 and state = 'admitted' order by admitted_at`,
    [warehouse],
  );
  return rows;
}

/** Plays the worker for one piece of work up to where its first statement runs, and answers which that is. */
export async function beginWork(work: QueuedWork): Promise<string> {
  const started = await startWork(work, "w1", { pid: 1, start: "x" });
  return started?.statements.find((statement) => statement.state === "running")?.id ?? "";
}

/** Plays the worker for one piece of work: runs it to its end. Answers its executions. */
export async function finishWork(work: QueuedWork): Promise<string[]> {
  const started = await startWork(work, "w1", null);
  const order: string[] = [];
  for (const statement of started?.statements ?? []) {
    await beginStatement(work.lease, statement.id);
    await endStatement(work.lease, statement.id, { state: "succeeded", rowCount: 0 }, null);
    const { rows } = await pool().query<{ id: string }>(
      "select id from executions where statement_id = $1 order by id",
      [statement.id],
    );
    order.push(...rows.map((row) => row.id));
  }
  return order;
}

/** Runs whatever gets a slot to its end, and says in which order executions came to run. */
export async function drainLine(warehouse: string): Promise<string[]> {
  const order: string[] = [];
  for (let work = await admittedWork(warehouse); work.length > 0; work = await admittedWork(warehouse))
    for (const one of work) order.push(...(await finishWork(one)));
  return order;
}

/** So many statements that wait, each asked for alone, as sluice_submit would have written them one by one. */
export async function writeWaiting(
  warehouse: Pick<BuiltWarehouse, "id" | "readerId">,
  { user, tokenId }: Pick<Context, "user" | "tokenId">,
  count: number,
): Promise<void> {
  await pool().query(
    `with n as (select $1 || lpad(n::text, 6, '0') as id, now() + make_interval(secs => n / 1000.0) as at from generate_series(1, $2::int) n),
     works as (insert into work (id, warehouse_id, reader_id, user_id, token_id, lane, queued_at) select id, $3, $4, $5, $6, 1, at from n),
     stated as (insert into statements (id, work_id, warehouse_id, reader_id, sql) select id, id, $3, $4, 'select 1' from n)
     insert into executions (id, statement_id, warehouse_id, user_id, token_id, lane, sql) select id, id, $3, $5, $6, 1, 'select 1' from n`,
    [newId().slice(0, 20), count, warehouse.id, warehouse.readerId, user.id, tokenId],
  );
}
