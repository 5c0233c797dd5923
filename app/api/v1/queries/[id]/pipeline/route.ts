import { draftFromQuery } from "@/lib/pipelines/draft-from-query";
import { pipelineDocuments } from "@/lib/transport/operations/pipeline-documents";
import { route } from "@/lib/transport/route";

export const GET = route(pipelineDocuments.fromQuery, async ({ ctx, params }) => draftFromQuery(ctx, params.id));
