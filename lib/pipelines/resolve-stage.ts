import { checkValues } from "@/lib/operators/check-values";
import { effective, isSet, takesTemplate, type Values } from "@/lib/operators/form";
import type { Field, Manifest } from "@/lib/operators/schema";
import type { Lexis } from "@/lib/warehouses/lexer";
import { type BoundSql, bindSql, type Json, resolve, type Scope, TemplateError } from "./interpolation";

/** What a stage's program is given of its parameters: templates filled in, defaults where nothing was said. Pure. */
export interface ResolvedStage {
  params: Record<string, Json>;
  /** By place: `sql`, or `checks/2/sql` within a list. */
  sql: Record<string, BoundSql>;
  /** The secret's name, by the place that asks for it. */
  secrets: Record<string, string>;
}

export interface ResolveProblem {
  /** The place, as above. */
  field: string;
  message: string;
  fix: string;
}

interface Walk {
  values: Values;
  scope: Scope;
  lexisFor: (warehouse: string | undefined) => Lexis;
  found: ResolvedStage;
  problems: ResolveProblem[];
  /** SQL and secrets, which stand elsewhere, are left as they are written. */
  whole: boolean;
}

/**
 * Of what does not resolve, or is of the wrong kind then, every problem is told.
 * @param lexisFor how SQL for a warehouse falls into tokens
 */
export function resolveStage(
  manifest: Pick<Manifest, "id" | "parameters">,
  given: Record<string, Json>,
  scope: Scope,
  lexisFor: Walk["lexisFor"],
): { ok: true; stage: ResolvedStage } | { ok: false; problems: ResolveProblem[] } {
  const { properties } = manifest.parameters;
  const values = effective(manifest.parameters, given);
  const found: ResolvedStage = { params: {}, sql: {}, secrets: {} };
  const walk: Walk = { values, scope, lexisFor, found, problems: [], whole: false };
  const whole: Values = {};
  for (const [name, value] of Object.entries(values)) {
    const field = properties[name] as Field;
    const one = walked(walk, field, value as Json, name, false);
    if (one !== undefined) found.params[name] = one;
    const unheard = { ...walk, found: { params: {}, sql: {}, secrets: {} }, problems: [], whole: true };
    whole[name] = walked(unheard, field, value as Json, name, false);
  }
  // Looked at once more, now that it is what it will be.
  for (const { pointer, message, fix, severity } of checkValues(manifest, whole))
    if (severity === "error" && !walk.problems.some(({ field }) => field === pointer.slice(1)))
      walk.problems.push({ field: pointer.slice(1), message, fix });
  return walk.problems.length > 0 ? { ok: false, problems: walk.problems } : { ok: true, stage: found };
}

/** The value as the program gets it; undefined where it stands elsewhere. */
function walked(walk: Walk, field: Field, value: Json, place: string, inherited: boolean): Json | undefined {
  const { values, scope, found } = walk;
  const templates = takesTemplate(field, values) || inherited;
  try {
    if (field["x-widget"] === "secret") {
      const name = (value as { secret?: unknown } | null)?.secret;
      if (typeof name === "string") found.secrets[place] = name;
      return walk.whole ? value : undefined;
    }
    if (field["x-widget"] === "sql") {
      if (!isSet(value) || typeof value !== "string") return undefined;
      const warehouse = values[field["x-warehouse"] ?? ""];
      const lexis = walk.lexisFor(typeof warehouse === "string" ? warehouse : undefined);
      found.sql[place] = templates ? bindSql(value, scope, lexis) : { sql: value, values: [] };
      return walk.whole ? value : undefined;
    }
    if (typeof value === "string") return templates ? resolve(value, scope) : value;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    walk.problems.push({ field: place, message: error.message, fix: error.fix });
    return value;
  }
  if (Array.isArray(value)) {
    const items = value.map((one, at) => walked(walk, field.items ?? anything, one, `${place}/${at}`, templates));
    return items.map((one) => one ?? null);
  }
  if (typeof value !== "object" || value === null) return value;
  const more = typeof field.additionalProperties === "object" ? field.additionalProperties : anything;
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const known = Object.hasOwn(field.properties ?? {}, key) ? field.properties?.[key] : undefined;
    const inner = walked(walk, known ?? more, one, `${place}/${key}`, templates);
    return inner === undefined ? [] : [[key, inner] as const];
  });
  return Object.fromEntries(entries);
}

const anything: Field = { type: "string" };
