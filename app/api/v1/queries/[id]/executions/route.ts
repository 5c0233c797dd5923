import { runSavedQuery, startSavedQuery } from "@/lib/queries/run-saved-query";
import { answerAtEnd } from "@/lib/transport/answer-at-end";
import { queries } from "@/lib/transport/operations/queries";
import { json, route } from "@/lib/transport/route";

export const POST = route(
  queries.run,
  async ({ ctx, params: { id }, body, query: { wait, rows }, request, onceAs }) => {
    if (wait === undefined) return json(await onceAs((executionId) => runSavedQuery(ctx, id, body, executionId)), 202);
    return answerAtEnd({ ctx, request, onceAs }, { wait, rows }, (executionId) =>
      startSavedQuery(ctx, id, body, executionId),
    );
  },
);
