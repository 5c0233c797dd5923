import { chartOf } from "@/lib/charts/chart-data";
import { statementOf } from "@/lib/executions/data";
import { executions } from "@/lib/transport/operations/executions";
import { route } from "@/lib/transport/route";

export const GET = route(executions.chart, async ({ ctx, params, query }) =>
  chartOf(await statementOf(ctx, params.id), query.spec),
);
