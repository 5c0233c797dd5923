import { listExecutions } from "@/lib/executions/data";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery, startQuery } from "@/lib/executions/run-query";
import { answerAtEnd } from "@/lib/transport/answer-at-end";
import { executions } from "@/lib/transport/operations/executions";
import { json, route } from "@/lib/transport/route";

export const GET = route(executions.list, async ({ ctx, query }) => listExecutions(ctx, query));

export const POST = route(executions.submit, async ({ ctx, body, query: { wait, rows }, request, onceAs }) => {
  const { batch, sql, ...rest } = body;
  if (batch) {
    const { warehouse, lane, limit, timeZone } = rest;
    const input = { warehouse, lane, limit, timeZone, statements: batch };
    return json(await onceAs((executionId) => runBatch(ctx, { ...input, executionId })), 202);
  }
  const input = { ...rest, sql: sql ?? "" };
  if (wait === undefined) return json(await onceAs((executionId) => runQuery(ctx, { ...input, executionId })), 202);
  return answerAtEnd({ ctx, request, onceAs }, { wait, rows }, (executionId) =>
    startQuery(ctx, { ...input, executionId }),
  );
});
