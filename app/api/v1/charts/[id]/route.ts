import { getChart } from "@/lib/charts/data";
import { removeChart } from "@/lib/charts/remove-chart";
import { updateChart } from "@/lib/charts/update-chart";
import { charts } from "@/lib/transport/operations/charts";
import { empty, route } from "@/lib/transport/route";

export const GET = route(charts.read, async ({ ctx, params }) => getChart(ctx, params.id));

export const PATCH = route(charts.update, async ({ ctx, params, body }) => updateChart(ctx, params.id, body));

export const DELETE = route(charts.remove, async ({ ctx, params }) => {
  await removeChart(ctx, params.id);
  return empty();
});
