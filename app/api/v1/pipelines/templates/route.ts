import { catalogue } from "@/lib/operators/catalogue";
import { templates } from "@/lib/pipelines/templates";
import { pipelineDocuments } from "@/lib/transport/operations/pipeline-documents";
import { route } from "@/lib/transport/route";

export const GET = route(pipelineDocuments.templates, async () => ({
  items: templates(await catalogue()),
  next: null,
}));
