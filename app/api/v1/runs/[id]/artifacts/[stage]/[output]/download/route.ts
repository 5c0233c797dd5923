import { downloadArtifact } from "@/lib/artifacts/download-artifact";
import { fileResponse } from "@/lib/transport/file-response";
import { artifacts } from "@/lib/transport/operations/artifacts";
import { route } from "@/lib/transport/route";

export const GET = route(artifacts.download, async ({ ctx, params, query, request }) =>
  fileResponse(request, await downloadArtifact(ctx, params, query.file)),
);
