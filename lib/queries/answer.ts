import type { Context } from "@/lib/access/context";
import { getExecution } from "@/lib/executions/data";
import type { ExecutionView } from "@/lib/executions/schema";
import { getQuery, latestAnswer } from "./data";
import { readValues } from "./parameters";
import type { GivenValues } from "./schema";

/** What latestAnswer finds for these values, as an execution. Values that do not fit have no answer. */
export async function answerOf(
  ctx: Context,
  id: string,
  asked: GivenValues = {},
): Promise<{ execution: ExecutionView | null }> {
  const query = await getQuery(ctx, id);
  const { given, problems } = readValues(query.parameters, asked, { now: new Date(), timeZone: "UTC" });
  const found = problems.length > 0 ? null : await latestAnswer(ctx, query, given);
  return { execution: found ? await getExecution(ctx, found.executionId) : null };
}
