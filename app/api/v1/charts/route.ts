import { getChart, listCharts } from "@/lib/charts/data";
import { saveChart } from "@/lib/charts/save-chart";
import { charts } from "@/lib/transport/operations/charts";
import { json, route } from "@/lib/transport/route";

export const GET = route(charts.list, async ({ ctx, query }) => listCharts(ctx, query));

export const POST = route(charts.create, async ({ ctx, body, onceMade }) =>
  json(
    await onceMade(
      () => saveChart(ctx, body),
      (id) => getChart(ctx, id),
    ),
    201,
  ),
);
