import { answerOf } from "@/lib/queries/answer";
import { queries } from "@/lib/transport/operations/queries";
import { route } from "@/lib/transport/route";

export const GET = route(queries.answer, async ({ ctx, params, query }) => answerOf(ctx, params.id, query.parameters));
