import { waitForExecution, waitForResult } from "@/lib/executions/data";
import type { Started } from "@/lib/executions/run-query";
import { runSavedQuery, startSavedQuery } from "@/lib/queries/run-saved-query";
import { readRows } from "@/lib/results/read-rows";
import { queries } from "@/lib/transport/operations/queries";
import { json, route } from "@/lib/transport/route";

export const POST = route(queries.run, async ({ ctx, params, body, query, request, onceAs }) => {
  if (query.wait === undefined)
    return json(await onceAs((executionId) => runSavedQuery(ctx, params.id, body, executionId)), 202);
  let started: Started | undefined;
  const { id } = await onceAs(async (executionId) => {
    started = await startSavedQuery(ctx, params.id, body, executionId);
    return { id: started.id, url: started.url, state: started.state };
  });
  if (query.rows === undefined) return json(await waitForExecution(ctx, id, query.wait, request.signal, started));
  const { view, statement } = await waitForResult(ctx, id, query.wait, request.signal, started);
  if (view.state !== "succeeded") return json(view);
  const { rows, largeCells } = await readRows(statement, { offset: 0, limit: query.rows });
  return json({ ...view, rows, largeCells });
});
