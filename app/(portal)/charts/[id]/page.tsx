import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { readerZone } from "@/app/reader-zone";
import { SavedChartPage } from "@/components/charts/saved-chart-page";
import type { PageProps } from "@/components/layout/page-props";
import type { Context } from "@/lib/access/context";
import { may } from "@/lib/access/policy";
import { getChart } from "@/lib/charts/data";
import { drawnSoon } from "@/lib/charts/drawn-soon";
import type { SavedChart } from "@/lib/charts/schema";
import { getExecution } from "@/lib/executions/data";
import { SluiceError } from "@/lib/platform/errors";
import { getQuery, latestAnswer } from "@/lib/queries/data";
import { givenInAddress, readValues } from "@/lib/queries/parameters";
import { pageContext } from "@/lib/transport/page";

type Props = PageProps<{ id: string }>;

const load = cache(async (id: string) => {
  const ctx = await pageContext();
  try {
    return { ctx, chart: await getChart(ctx, id) };
  } catch (error) {
    if (error instanceof SluiceError && ["not_found", "forbidden"].includes(error.code)) notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await load((await params).id)).chart.title.slice(0, 60) };
}

/** Of a query the newest answer to the address's values, or the usual ones, that this reader may see. */
async function executionOf(ctx: Context, chart: SavedChart, address: Awaited<Props["searchParams"]>) {
  if (!chart.query) return chart.execution;
  const query = await getQuery(ctx, chart.query.id);
  const zone = (await readerZone(ctx)) ?? "UTC";
  const { given, problems } = readValues(query.parameters, givenInAddress(query.parameters, address), {
    now: new Date(),
    timeZone: zone,
  });
  return problems.length > 0 ? null : ((await latestAnswer(ctx, query, given))?.executionId ?? null);
}

export default async function Page({ params, searchParams }: Props) {
  const { ctx, chart } = await load((await params).id);
  const id = await executionOf(ctx, chart, await searchParams);
  const execution = id ? await getExecution(ctx, id) : null;
  const drawn = execution ? await drawnSoon(ctx, execution.id, chart.spec) : null;
  return (
    <SavedChartPage
      key={chart.id}
      initial={chart}
      execution={execution}
      drawn={drawn}
      writes={may(ctx, "board.write")}
    />
  );
}
