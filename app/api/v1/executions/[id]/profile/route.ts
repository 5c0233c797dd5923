import { profileOf } from "@/lib/charts/profile";
import { statementOf } from "@/lib/executions/data";
import { executions } from "@/lib/transport/operations/executions";
import { route } from "@/lib/transport/route";

export const GET = route(executions.profile, async ({ ctx, params, query }) =>
  profileOf(await statementOf(ctx, params.id), query),
);
