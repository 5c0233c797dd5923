import type { PipelineDocument, RunParameter } from "@/lib/pipelines/schema";
import { SluiceError } from "@/lib/platform/errors";

type Given = string | number | boolean;

const day = /^\d{4}-\d{2}-\d{2}$/;

/** A run's parameters: those given, by their declared types, and defaults. @throws SluiceError invalid at the field */
export function runParams(
  document: Pick<PipelineDocument, "parameters">,
  given: Record<string, Given>,
): Record<string, Given> {
  const declared = document.parameters ?? {};
  const fields: { field: string; message: string }[] = [];
  const values: Record<string, Given> = {};
  for (const name of Object.keys(given))
    if (!Object.hasOwn(declared, name))
      fields.push({ field: `params.${name}`, message: `This pipeline has no parameter ${name}.` });
  for (const [name, parameter] of Object.entries(declared)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    const message = value === undefined ? "Give it a value: it has no default." : problemOf(parameter, value);
    if (message) fields.push({ field: `params.${name}`, message });
    else if (value !== undefined) values[name] = value;
  }
  const [first] = fields;
  if (first) throw new SluiceError("invalid", `${first.field}: ${first.message}`, { fields });
  return values;
}

function problemOf({ type }: RunParameter, value: Given): string | null {
  switch (type) {
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? null : "Give it a number.";
    case "boolean":
      return typeof value === "boolean" ? null : "Give it true or false.";
    case "date":
      return typeof value === "string" && day.test(value) && !Number.isNaN(Date.parse(value))
        ? null
        : "Write a day as 2026-01-31.";
    case "text":
      return typeof value === "string" ? null : "Give it a text.";
  }
}
