import { listPipelines } from "@/lib/pipelines/data";
import { pipelines } from "@/lib/transport/operations/pipelines";
import { route } from "@/lib/transport/route";

export const GET = route(pipelines.list, async ({ ctx, query }) => listPipelines(ctx, query));
