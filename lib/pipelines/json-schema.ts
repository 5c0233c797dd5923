import { z } from "zod";
import { documentSchema } from "./schema";

/** The published JSON Schema of a document: editors complete and check by it. What operators ask for is in their manifests. */
export function documentJsonSchema(): object {
  return {
    ...z.toJSONSchema(documentSchema, { io: "input", unrepresentable: "any" }),
    $id: "urn:sluice:pipeline:1",
    title: "Sluice pipeline",
  };
}
