import { answerRequest } from "@/lib/requests/answer-request";
import { requests } from "@/lib/transport/operations/sharing";
import { route } from "@/lib/transport/route";

export const POST = route(requests.answer, async ({ ctx, params, body, once }) =>
  once(() => answerRequest(ctx, params.id, body)),
);
