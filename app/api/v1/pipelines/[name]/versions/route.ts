import { listVersions } from "@/lib/pipelines/data";
import { pipelines } from "@/lib/transport/operations/pipelines";
import { route } from "@/lib/transport/route";

export const GET = route(pipelines.versions, async ({ ctx, params }) => ({
  items: await listVersions(ctx, params.name),
  next: null,
}));
