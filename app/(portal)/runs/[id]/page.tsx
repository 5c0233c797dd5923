import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import type { PageProps } from "@/components/layout/page-props";
import { RunPage } from "@/components/runs/run-page";
import { catalogue } from "@/lib/operators/catalogue";
import { SluiceError } from "@/lib/platform/errors";
import { getRun } from "@/lib/runs/data";
import { pageContext } from "@/lib/transport/page";
import { noteVisit } from "@/lib/usage/visits";

type Props = PageProps<{ id: string }>;

const load = cache(async (id: string) => {
  const ctx = await pageContext();
  const run = await getRun(ctx, id).catch((error) => {
    if (error instanceof SluiceError && error.code === "not_found") notFound();
    throw error;
  });
  return { ctx, run };
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { pipeline, saves } = (await load((await params).id)).run;
  if (saves) return { title: `Save as ${saves.schema}.${saves.table}` };
  return { title: `Run of ${(pipeline.title ?? pipeline.name).slice(0, 60)}` };
}

export default async function Page({ params }: Props) {
  const [{ ctx, run }, manifests] = await Promise.all([load((await params).id), catalogue()]);
  if (!run.tried && !run.saves) noteVisit(ctx, "pipeline", run.pipeline.id);
  const icons = Object.fromEntries(manifests.map(({ id, icon }) => [id, icon]));
  return <RunPage key={run.id} first={run} icons={icons} />;
}
