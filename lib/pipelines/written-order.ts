import { z } from "zod";
import { readText } from "./document";
import type { PipelineDocument } from "./schema";

const written = z.object({ parameters: z.record(z.string(), z.unknown()) });

/** The database keeps no order of names. Parameters are asked for in the one in which somebody wrote them. */
export function inWrittenOrder(document: PipelineDocument, text: string): PipelineDocument {
  const { parameters = {} } = document;
  if (Object.keys(parameters).length < 2) return document;
  const read = written.safeParse(readText(text, "yaml").value);
  const names = read.success ? Object.keys(read.data.parameters) : [];
  const placed = Object.entries(parameters).sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
  return { ...document, parameters: Object.fromEntries(placed) };
}
