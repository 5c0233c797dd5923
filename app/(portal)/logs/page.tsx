import type { Metadata } from "next";
import { readerZone } from "@/app/reader-zone";
import { minuteOf } from "@/components/executions/day";
import type { PageProps } from "@/components/layout/page-props";
import { LogsPage } from "@/components/runs/logs-page";
import { sinceMs } from "@/components/runs/logs-since";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import type { Context } from "@/lib/access/context";
import { getPipeline, listPipelineNames } from "@/lib/pipelines/data";
import { type LinesPage, linesQuery } from "@/lib/runs/schema";
import { searchLogs } from "@/lib/runs/search-logs";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Logs" };

const narrowing = ["q", "pipeline", "stage", "state", "stream", "isolated"];

export default async function Page({ searchParams }: PageProps) {
  const ctx = await pageContext();
  const [params, zone] = await Promise.all([searchParams, readerZone(ctx)]);
  const given = (name: string) => (typeof params[name] === "string" ? params[name] : "");
  const asked = new URLSearchParams(narrowing.map((name) => [name, given(name)]).filter(([, value]) => value));
  // The page speaks of minutes in the reader's zone, or of so long ago; REST of instants.
  const since = sinceMs(given("since"));
  const from = since ? new Date(Date.now() - since) : minuteOf(given("from"), zone ?? "UTC");
  const to = since ? null : minuteOf(given("to"), zone ?? "UTC");
  if (from) asked.set("from", from.toISOString());
  if (to) asked.set("to", to.toISOString());
  const line = given("line");
  const query = linesQuery.safeParse({
    ...Object.fromEntries(asked),
    // The line itself is the last.
    ...(line ? { cursor: line.replace(/\d+$/, (place) => String(Number(place) + 1)) } : {}),
  });
  const [first, pipelines, stages] = await Promise.all([
    query.success ? searchLogs(ctx, query.data) : nothing(),
    listPipelineNames(ctx),
    stagesOf(ctx, given("pipeline")),
  ]);
  return (
    <>
      <PageHead title="Logs" note="What the stages of all runs printed.">
        <LinkButton href="/runs" variant="default">
          Runs
        </LinkButton>
      </PageHead>
      <LogsPage
        first={first}
        asked={asked.toString()}
        place={[...narrowing, "since", "from", "to", "line"].map(given).join("\n")}
        pipelines={pipelines}
        stages={stages}
      />
    </>
  );
}

/** A pasted address that asks for what cannot be. */
const nothing = (): LinesPage => ({ items: [], next: null, searchedTo: null, at: new Date().toISOString() });

async function stagesOf(ctx: Context, pipeline: string): Promise<string[]> {
  if (!pipeline) return [];
  return getPipeline(ctx, pipeline).then(
    ({ document }) => document.stages.map(({ id }) => id),
    () => [],
  );
}
