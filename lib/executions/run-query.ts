import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import type { Lane, ParameterValues, Submitted } from "./schema";
import { submit } from "./submit";
import { executionUrl } from "./url";

export interface RunQuery {
  warehouse: string;
  sql: string;
  parameters?: ParameterValues | undefined;
  maxAgeSeconds?: number | undefined;
  lane?: Lane | undefined;
  limit?: number | undefined;
  timeZone?: string | undefined;
}

/**
 * Runs one statement, joins it to the same one that is under way, or reuses a young enough result.
 * @throws SluiceError forbidden, not_found (no such warehouse for them), invalid
 */
export async function runQuery(ctx: Context, input: RunQuery): Promise<Submitted> {
  allow(ctx, "execution.run");
  const { sql, parameters, ...rest } = input;
  const answer = await submit(ctx, { ...rest, statements: [{ sql, parameters }], batchId: null });
  const [id = ""] = answer.executionIds;
  return { id, url: executionUrl(id), state: answer.state };
}
