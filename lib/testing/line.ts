import { beginStatement, endStatement, startWork } from "@/lib/gate/lease";
import type { QueuedWork } from "@/lib/jobs/job";
import { pool } from "@/lib/platform/db/pool";

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
