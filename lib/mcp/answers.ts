import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Context } from "@/lib/access/context";
import { statementOf, waitForExecution } from "@/lib/executions/data";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { readRows } from "@/lib/results/read-rows";

/** As many rows as an answer has; more are read page by page. */
export const firstRows = 100;

/** What a tool says; an error of ours in its own words, which say what to do. */
export async function answer(work: () => Promise<object>): Promise<CallToolResult> {
  try {
    const said = await work();
    return { content: [{ type: "text", text: JSON.stringify(said) }], structuredContent: { ...said } };
  } catch (error) {
    const known = error instanceof SluiceError;
    if (!known) logger.error({ error: error instanceof Error ? error.stack : String(error) }, "tool failed");
    const text = known ? error.message : "Something went wrong on Sluice's side.";
    // For programs what HTTP says beside the words: the kind, and after how many seconds it is worth asking again.
    const more = known && { structuredContent: { code: error.code, ...pick(error) } };
    return { content: [{ type: "text", text }], isError: true, ...more };
  }
}

const pick = ({ extra }: SluiceError) =>
  typeof extra?.retryAfter === "number" ? { retryAfterSeconds: extra.retryAfter } : {};

/** How an execution stands after at most so many seconds, with its first rows once it has succeeded. */
export async function ended(ctx: Context, id: string, seconds: number): Promise<object> {
  const view = await waitForExecution(ctx, id, seconds);
  const { url, state, waiting, columns, rowCount, truncated, limitedBy, error } = view;
  const base = { executionId: id, url, state, columns, rowCount, truncated, limitedBy };
  if (state === "queued" || state === "running")
    return { ...base, waiting, next: "It goes on. Call read_rows with this executionId in a while." };
  if (state !== "succeeded") return { ...base, error, stopReason: view.stopReason };
  const { rows } = await readRows(await statementOf(ctx, id), { offset: 0, limit: firstRows });
  return { ...base, rows };
}
