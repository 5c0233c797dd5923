import { forkQuery } from "@/lib/queries/fork-query";
import { queries } from "@/lib/transport/operations/queries";
import { json, route } from "@/lib/transport/route";

export const POST = route(queries.fork, async ({ ctx, params, body, once }) =>
  json(await once(() => forkQuery(ctx, params.id, body.title)), 201),
);
