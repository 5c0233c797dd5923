import { previewArtifact } from "@/lib/artifacts/preview-artifact";
import { artifacts } from "@/lib/transport/operations/artifacts";
import { route } from "@/lib/transport/route";

export const GET = route(artifacts.rows, async ({ ctx, params, query, request }) =>
  previewArtifact(ctx, params, query.limit, request.signal),
);
