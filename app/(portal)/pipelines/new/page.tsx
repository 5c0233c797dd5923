import type { Metadata } from "next";
import { draftOf, editing } from "@/app/(portal)/pipelines/load-pipeline";
import { PipelinePage } from "@/components/pipelines/pipeline-page";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "New pipeline" };

/** A document that says nothing yet, for the form to fill in. */
const begin = 'name: ""\nstages: []\n';

export default async function Page() {
  const ctx = await pageContext();
  const [draft, around] = await Promise.all([draftOf(ctx, "new"), editing(ctx)]);
  return <PipelinePage live={null} draft={draft} begin={begin} runs={[]} {...around} />;
}
