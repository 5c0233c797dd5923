import { listExecutions, waitForExecution, waitForResult } from "@/lib/executions/data";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery, type Started, startQuery } from "@/lib/executions/run-query";
import { readRows } from "@/lib/results/read-rows";
import { executions } from "@/lib/transport/operations/executions";
import { json, route } from "@/lib/transport/route";

export const GET = route(executions.list, async ({ ctx, query }) => listExecutions(ctx, query));

export const POST = route(executions.submit, async ({ ctx, body, query, request, once }) => {
  const { batch, sql, ...rest } = body;
  if (batch) {
    const { warehouse, lane, limit, timeZone } = rest;
    return json(await once(() => runBatch(ctx, { warehouse, lane, limit, timeZone, statements: batch })), 202);
  }
  const input = { ...rest, sql: sql ?? "" };
  if (query.wait === undefined) return json(await once(() => runQuery(ctx, input)), 202);
  let started: Started | undefined;
  const { id } = await once(async () => {
    started = await startQuery(ctx, input);
    return { id: started.id, url: started.url, state: started.state };
  });
  if (query.rows === undefined) return json(await waitForExecution(ctx, id, query.wait, request.signal, started));
  const { view, statement } = await waitForResult(ctx, id, query.wait, request.signal, started);
  if (view.state !== "succeeded") return json(view);
  const { rows, largeCells } = await readRows(statement, { offset: 0, limit: query.rows });
  return json({ ...view, rows, largeCells });
});
