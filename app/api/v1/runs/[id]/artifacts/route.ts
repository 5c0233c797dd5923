import { listArtifacts } from "@/lib/artifacts/data";
import { artifacts } from "@/lib/transport/operations/artifacts";
import { route } from "@/lib/transport/route";

export const GET = route(artifacts.list, async ({ ctx, params }) => listArtifacts(ctx, params.id));
