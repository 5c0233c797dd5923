import type { Metadata } from "next";
import { draftOf, editing, loadPipeline } from "@/app/(portal)/pipelines/load-pipeline";
import type { PageProps } from "@/components/layout/page-props";
import { PipelinePage } from "@/components/pipelines/pipeline-page";
import { listRuns } from "@/lib/runs/data";
import { noteVisit } from "@/lib/usage/visits";

type Props = PageProps<{ name: string }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { live } = await loadPipeline(decodeURIComponent((await params).name));
  return { title: (live.title ?? live.name).slice(0, 60) };
}

export default async function Page({ params }: Props) {
  const { ctx, live } = await loadPipeline(decodeURIComponent((await params).name));
  noteVisit(ctx, "pipeline", live.id);
  const [draft, around, runs] = await Promise.all([
    live.may.edit ? draftOf(ctx, live.name) : null,
    editing(ctx),
    listRuns(ctx, { pipeline: live.name, limit: 50 }),
  ]);
  return <PipelinePage key={live.name} live={live} draft={draft} begin="" runs={runs.items} {...around} />;
}
