import type { ErrorSchema } from "@rjsf/utils";
import { widgetOf } from "@/components/forms/json-schema";
import type { Field } from "@/lib/operators/schema";

/** Something wrong or odd with a parameter. */
export interface FormProblem {
  /** Below the parameters: `/table`, `/columns/2`. */
  pointer: string;
  severity: "error" | "warning";
  message: string;
  fix: string;
}

export interface PlacedProblems {
  errors: ErrorSchema;
  warnings: Record<string, string>;
  /** Of no field that the form has. */
  rest: FormProblem[];
}

const keysOf = (pointer: string) =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));

/**
 * Each problem at the field that can show it: a list that one widget draws says what is wrong with its entries. An empty
 * field that says it is missing has said what to do. Pure.
 */
export function placeProblems(
  fields: Record<string, Field>,
  problems: FormProblem[],
  isEmpty: (name: string) => boolean = () => false,
): PlacedProblems {
  const placed: PlacedProblems = { errors: {}, warnings: {}, rest: [] };
  for (const problem of problems) {
    const [name = "", ...below] = keysOf(problem.pointer);
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const said = isEmpty(name) && below.length === 0 ? problem.message : `${problem.message} ${problem.fix}`.trim();
    if (!field) placed.rest.push(problem);
    else if (problem.severity === "warning")
      placed.warnings[name] = [placed.warnings[name], said].filter(Boolean).join(" ");
    else add(placed.errors, widgetOf(field) ? [name] : [name, ...below], said);
  }
  return placed;
}

function add(errors: ErrorSchema, path: string[], message: string): void {
  let at = errors as Record<string, ErrorSchema>;
  for (const key of path) {
    at[key] ??= {};
    at = at[key] as Record<string, ErrorSchema>;
  }
  const here = at as ErrorSchema;
  // Of several entries the same may be wrong.
  here.__errors = [...new Set([...(here.__errors ?? []), message])];
}
