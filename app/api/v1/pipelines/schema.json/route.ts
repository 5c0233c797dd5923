import { documentJsonSchema } from "@/lib/pipelines/json-schema";
import { pipelineDocuments } from "@/lib/transport/operations/pipeline-documents";
import { route } from "@/lib/transport/route";

export const dynamic = "force-dynamic";

export const GET = route(pipelineDocuments.schema, async () => documentJsonSchema());
