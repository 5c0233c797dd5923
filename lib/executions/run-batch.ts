import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { durable } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import type { Lane, ParameterValues, Submitted } from "./schema";
import { submit } from "./submit";
import { executionUrl } from "./url";

export interface RunBatch {
  warehouse: string;
  statements: { sql: string; parameters?: ParameterValues | undefined }[];
  lane?: Lane | undefined;
  timeZone?: string | undefined;
  limit?: number | undefined;
  /** Of the first statement: a second batch under it is the first one. */
  executionId?: string | undefined;
}

/** Runs statements in order in one session and one slot, until one fails. A batch of several never joins. */
export async function runBatch(ctx: Context, input: RunBatch): Promise<{ batchId: string; executions: Submitted[] }> {
  allow(ctx, "execution.run");
  const batchId = newId();
  const answer = await submit(ctx, { ...input, batchId });
  await durable();
  return {
    batchId: answer.batchId ?? batchId,
    executions: answer.executionIds.map((id) => ({ id, url: executionUrl(id), state: answer.state })),
  };
}
