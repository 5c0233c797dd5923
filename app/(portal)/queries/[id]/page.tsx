import type { Metadata } from "next";
import { readerZone } from "@/app/reader-zone";
import type { PageProps } from "@/components/layout/page-props";
import { SavedQueryPage } from "@/components/queries/saved-query-page";
import { Markdown } from "@/components/ui/markdown";
import { may } from "@/lib/access/policy";
import { listCharts } from "@/lib/charts/data";
import { drawnSoon } from "@/lib/charts/drawn-soon";
import { getExecution } from "@/lib/executions/data";
import { latestAnswer } from "@/lib/queries/data";
import { givenInAddress, readValues } from "@/lib/queries/parameters";
import { noteVisit } from "@/lib/usage/visits";
import { loadQuery } from "./load-query";

type Props = PageProps<{ id: string }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await loadQuery((await params).id)).query.title.slice(0, 60) };
}

export default async function Page({ params, searchParams }: Props) {
  const [{ ctx, query }, address] = await Promise.all([loadQuery((await params).id), searchParams]);
  noteVisit(ctx, "query", query.id);
  const zone = (await readerZone(ctx)) ?? "UTC";
  const asked = givenInAddress(query.parameters, address);
  const { given, problems } = readValues(query.parameters, asked, { now: new Date(), timeZone: zone });
  const found = problems.length > 0 ? null : await latestAnswer(ctx, query, given);
  const [saved] = (await listCharts(ctx, { of: "query", id: query.id })).items;
  const answer = found ? await getExecution(ctx, found.executionId) : null;
  // Another tab or another chart needs no drawing of this one.
  const drawn =
    saved && answer && !("tab" in address) && !("chart" in address)
      ? await drawnSoon(ctx, answer.id, saved.spec)
      : null;
  const { id, role } = ctx.user;
  return (
    <SavedQueryPage
      key={query.id}
      query={query}
      given={asked as Record<string, string | string[]>}
      zone={zone}
      answer={answer}
      chart={saved && { spec: saved.spec, of: answer?.id ?? null, view: drawn }}
      me={{ id, admin: role === "admin", writes: may(ctx, "query.write") }}
      description={query.description ? <Markdown text={query.description} /> : null}
    />
  );
}
