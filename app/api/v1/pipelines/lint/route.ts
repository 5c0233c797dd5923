import { lintPipeline } from "@/lib/pipelines/lint-pipeline";
import { pipelineDocuments } from "@/lib/transport/operations/pipeline-documents";
import { route } from "@/lib/transport/route";

export const POST = route(pipelineDocuments.lint, async ({ ctx, document }) => lintPipeline(ctx, document));
