import { nameResult } from "@/lib/executions/name-result";
import { executions } from "@/lib/transport/operations/executions";
import { json, route } from "@/lib/transport/route";

export const PUT = route(executions.name, async ({ ctx, params, body }) =>
  json(await nameResult(ctx, params.id, body.name)),
);
