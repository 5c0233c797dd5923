import { listExecutions, waitForExecution, waitForResult } from "@/lib/executions/data";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery, type Started, startQuery } from "@/lib/executions/run-query";
import { readRows } from "@/lib/results/read-rows";
import { executions } from "@/lib/transport/operations/executions";
import { json, route } from "@/lib/transport/route";

export const GET = route(executions.list, async ({ ctx, query }) => listExecutions(ctx, query));

export const POST = route(executions.submit, async ({ ctx, body, query, request, onceAs }) => {
  const { batch, sql, ...rest } = body;
  if (batch) {
    const { warehouse, lane, limit, timeZone } = rest;
    const input = { warehouse, lane, limit, timeZone, statements: batch };
    return json(await onceAs((executionId) => runBatch(ctx, { ...input, executionId })), 202);
  }
  const input = { ...rest, sql: sql ?? "" };
  if (query.wait === undefined)
    return json(await onceAs((executionId) => runQuery(ctx, { ...input, executionId })), 202);
  let started: Started | undefined;
  const { id } = await onceAs(async (executionId) => {
    started = await startQuery(ctx, { ...input, executionId });
    return { id: started.id, url: started.url, state: started.state };
  });
  if (query.rows === undefined) return json(await waitForExecution(ctx, id, query.wait, request.signal, started));
  const { view, statement } = await waitForResult(ctx, id, query.wait, request.signal, started);
  if (view.state !== "succeeded") return json(view);
  const { rows, largeCells } = await readRows(statement, { offset: 0, limit: query.rows });
  return json({ ...view, rows, largeCells });
});
