import { notFound } from "next/navigation";
import { cache } from "react";
import { readerZone } from "@/app/reader-zone";
import type { Context } from "@/lib/access/context";
import { may } from "@/lib/access/policy";
import { catalogue } from "@/lib/operators/catalogue";
import { isolationOf } from "@/lib/operators/isolation";
import { getPipeline } from "@/lib/pipelines/data";
import { readPipelineDraft } from "@/lib/pipelines/drafts";
import type { PipelineDraft } from "@/lib/pipelines/schema";
import { templates } from "@/lib/pipelines/templates";
import { SluiceError } from "@/lib/platform/errors";
import { teamsOf } from "@/lib/teams/data";
import { pageContext } from "@/lib/transport/page";

const absent = (error: unknown) => error instanceof SluiceError && error.code === "not_found";

/** The pipeline of this page and who looks at it: one read for the title and the page. */
export const loadPipeline = cache(async (name: string) => {
  const ctx = await pageContext();
  try {
    return { ctx, live: await getPipeline(ctx, name) };
  } catch (error) {
    if (absent(error)) notFound();
    throw error;
  }
});

export async function draftOf(ctx: Context, name: string): Promise<PipelineDraft | null> {
  return readPipelineDraft(ctx, name).catch((error) => {
    if (absent(error)) return null;
    throw error;
  });
}

/** What every page that edits a pipeline needs besides it. */
export async function editing(ctx: Context) {
  const [manifests, teams, zone] = await Promise.all([catalogue(), teamsOf(ctx), readerZone(ctx)]);
  return {
    manifests: manifests.map((manifest) => ({ ...manifest, isolation: isolationOf(manifest) })),
    templates: templates(manifests),
    teams: teams.map(({ name }) => name),
    zone: zone ?? "UTC",
    mayWrite: may(ctx, "pipeline.write"),
    userId: ctx.user.id,
  };
}
