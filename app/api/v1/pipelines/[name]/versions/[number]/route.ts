import { getVersion } from "@/lib/pipelines/data";
import { pipelines } from "@/lib/transport/operations/pipelines";
import { route } from "@/lib/transport/route";

export const GET = route(pipelines.version, async ({ ctx, params }) => getVersion(ctx, params.name, params.number));
