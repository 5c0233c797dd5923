import type { Condition, Field, Manifest, Scalar } from "./schema";

/** What of a form is shown, in which order and with which values. Pure: browser, linter and worker go by it alike. */

export type Values = Record<string, unknown>;
type Parameters = Manifest["parameters"];

export interface FormField {
  name: string;
  field: Field;
  required: boolean;
}

/** A heading with its fields; the first group has none. Advanced fields stand apart, to be folded away. */
export interface FormGroup {
  title: string | null;
  fields: FormField[];
  advanced: FormField[];
}

export const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);

/** By `x-order`, and as written where none is given; groups where their first field stands. */
export function formGroups({ properties, required }: Parameters): FormGroup[] {
  const all = Object.entries(properties).map(([name, field], at) => ({ name, field, at }));
  const place = (one: (typeof all)[number]) => one.field["x-order"] ?? 1_000 + one.at;
  const groups = new Map<string | null, FormGroup>();
  for (const { name, field } of all.sort((a, b) => place(a) - place(b) || a.at - b.at)) {
    const title = field["x-group"] ?? null;
    const group = groups.get(title) ?? { title, fields: [], advanced: [] };
    groups.set(title, group);
    (field["x-advanced"] ? group.advanced : group.fields).push({ name, field, required: required.includes(name) });
  }
  return [...groups.values()];
}

/** Whether a condition holds for the values, those that nobody gave at their defaults. */
export function holds(condition: Condition, valueBy: (name: string) => unknown): boolean {
  return Object.entries(condition).every(([name, wanted]) => {
    const value = valueBy(name);
    if (Array.isArray(wanted)) return wanted.includes(value as Scalar);
    if (wanted !== null && typeof wanted === "object") return isSet(value) === wanted.set;
    return (value ?? null) === wanted;
  });
}

/**
 * The values that count: what was given, else the default; of what is not shown nothing. What a stage gets, what the
 * linter looks at.
 */
export function effective({ properties }: Parameters, given: Values): Values {
  const known = new Map<string, unknown>();
  const valueBy = (name: string): unknown => {
    if (known.has(name)) return known.get(name);
    const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
    // A manifest whose conditions go in a circle is refused (check-manifest.ts); this ends all the same.
    known.set(name, undefined);
    if (field && holds(field["x-showIf"] ?? {}, valueBy))
      known.set(name, Object.hasOwn(given, name) ? given[name] : field.default);
    return known.get(name);
  };
  for (const name of Object.keys(properties)) valueBy(name);
  return Object.fromEntries(
    [...known].filter(([name, value]) => value !== undefined && Object.hasOwn(properties, name)),
  );
}

/** Names of what is shown with these values: of parameters, or of what stands within one entry of a list. */
export function shown({ properties }: Pick<Parameters, "properties">, given: Values): Set<string> {
  const values = effective({ properties } as Parameters, given);
  const visible = ([, field]: [string, Field]) => holds(field["x-showIf"] ?? {}, (name) => values[name]);
  return new Set(
    Object.entries(properties)
      .filter(visible)
      .map(([name]) => name),
  );
}

/** Whether `{{ … }}` is filled in there: of `sql` unless it says otherwise, of others where it says so. */
export function takesTemplate(field: Field, values: Values): boolean {
  const says = field["x-template"] ?? field["x-widget"] === "sql";
  return typeof says === "boolean" ? says : holds(says, (name) => values[name]);
}
