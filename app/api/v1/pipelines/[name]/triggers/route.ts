import { pipelines } from "@/lib/transport/operations/pipelines";
import { route } from "@/lib/transport/route";
import { listPipelineTriggers } from "@/lib/triggers/data";

export const GET = route(pipelines.triggers, async ({ ctx, params }) => ({
  items: await listPipelineTriggers(ctx, params.name),
  next: null,
}));
