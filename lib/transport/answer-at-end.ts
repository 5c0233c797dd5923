import type { Context } from "@/lib/access/context";
import { waitForExecution, waitForResult } from "@/lib/executions/data";
import type { Started } from "@/lib/executions/run-query";
import type { Submitted } from "@/lib/executions/schema";
import { readRows } from "@/lib/results/read-rows";
import { json } from "./route";

interface Asked {
  ctx: Context;
  request: Request;
  onceAs(make: (id?: string) => Promise<Submitted>): Promise<Submitted>;
}

/**
 * Starts an execution and holds the answer until it has ended.
 * @param wait seconds, at most
 * @param rows how many of the first go along; undefined: none
 */
export async function answerAtEnd(
  { ctx, request, onceAs }: Asked,
  { wait, rows: asked }: { wait: number; rows?: number | undefined },
  start: (executionId?: string) => Promise<Started>,
): Promise<Response> {
  let started: Started | undefined;
  const { id } = await onceAs(async (executionId) => {
    started = await start(executionId);
    return { id: started.id, url: started.url, state: started.state };
  });
  if (asked === undefined) return json(await waitForExecution(ctx, id, wait, request.signal, started));
  const { view, statement } = await waitForResult(ctx, id, wait, request.signal, started);
  if (view.state !== "succeeded") return json(view);
  const { rows, largeCells } = await readRows(statement, { offset: 0, limit: asked });
  return json({ ...view, rows, largeCells });
}
