import { readPipelineDraft, removePipelineDraft, savePipelineDraft } from "@/lib/pipelines/drafts";
import { pipelines } from "@/lib/transport/operations/pipelines";
import { empty, route } from "@/lib/transport/route";

export const GET = route(pipelines.draft, async ({ ctx, params }) => readPipelineDraft(ctx, params.name));

export const PUT = route(pipelines.saveDraft, async ({ ctx, params, body }) =>
  savePipelineDraft(ctx, params.name, body),
);

export const DELETE = route(pipelines.removeDraft, async ({ ctx, params }) => {
  await removePipelineDraft(ctx, params.name);
  return empty();
});
