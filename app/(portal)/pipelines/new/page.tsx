import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { draftOf, editing } from "@/app/(portal)/pipelines/load-pipeline";
import type { PageProps } from "@/components/layout/page-props";
import { PipelinePage } from "@/components/pipelines/pipeline-page";
import type { Context } from "@/lib/access/context";
import { draftFromQuery } from "@/lib/pipelines/draft-from-query";
import { SluiceError } from "@/lib/platform/errors";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "New pipeline" };

/** A document that says nothing yet, for the form to fill in. */
const begin = 'name: ""\nstages: []\n';

export default async function Page({ searchParams }: PageProps) {
  const ctx = await pageContext();
  const { query } = await searchParams;
  if (typeof query === "string") return <FromQuery ctx={ctx} id={query} />;
  const [draft, around] = await Promise.all([draftOf(ctx, "new"), editing(ctx)]);
  return <PipelinePage live={null} draft={draft} begin={begin} runs={[]} {...around} />;
}

/** “Make this a nightly table”: kept beside the draft of a pipeline that was begun with nothing. */
async function FromQuery({ ctx, id }: { ctx: Context; id: string }) {
  const drafted = await draftFromQuery(ctx, id).catch((error: unknown) => {
    if (error instanceof SluiceError && ["not_found", "forbidden"].includes(error.code)) notFound();
    throw error;
  });
  const { query, text, notes } = drafted;
  const keptAs = `query_${query.id}`;
  const [draft, around] = await Promise.all([draftOf(ctx, keptAs), editing(ctx)]);
  const from = { ...query, keptAs, notes };
  return <PipelinePage key={keptAs} live={null} draft={draft} begin={text} from={from} runs={[]} {...around} />;
}
