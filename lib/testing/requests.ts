import { askingRequests } from "./requests/asking";
import { peopleRequests } from "./requests/people";
import { pipelineRequests } from "./requests/pipelines";
import { parameters, type SampleRequest, type Targets } from "./requests/sample";
import { warehouseRequests } from "./requests/warehouses";

export type { SampleRequest, Targets };

/** One request an operation that is right in every field, by `group.name` as in the OpenAPI document. */
export function sampleRequests(target: Targets): Record<string, SampleRequest> {
  return {
    ...askingRequests(target),
    ...warehouseRequests(target),
    ...peopleRequests(target),
    ...pipelineRequests(target),
  };
}

/** The same statement as a batch, the other shape that a submission has. */
export function sampleBatch(target: Targets): Record<string, unknown> {
  return { warehouse: target.warehouse, batch: [{ sql: "select {{name}}", parameters }] };
}
