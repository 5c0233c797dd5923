import { listChoices } from "@/lib/queries/list-choices";
import { queries } from "@/lib/transport/operations/queries";
import { route } from "@/lib/transport/route";

export const POST = route(queries.choices, async ({ ctx, params, query, body, request }) =>
  listChoices(ctx, params.id, { ...body, ...query }, request.signal),
);
