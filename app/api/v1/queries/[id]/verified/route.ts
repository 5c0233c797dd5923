import { verifyQuery } from "@/lib/queries/verify-query";
import { queries } from "@/lib/transport/operations/queries";
import { route } from "@/lib/transport/route";

export const PUT = route(queries.verify, async ({ ctx, params, body }) => verifyQuery(ctx, params.id, body));
