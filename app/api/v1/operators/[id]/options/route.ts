import { listOptions } from "@/lib/pipelines/list-options";
import { operators } from "@/lib/transport/operations/operators";
import { route } from "@/lib/transport/route";

export const GET = route(operators.options, async ({ ctx, params, query }) => listOptions(ctx, params.id, query));
