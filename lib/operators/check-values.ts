import { pointerOf } from "@/lib/platform/json-pointer";
import { effective, holds, isSet, shown, type Values } from "./form";
import { near } from "./near";
import { requirementProblems } from "./requirements";
import type { Condition, Field, Manifest } from "./schema";

/**
 * Whether values fit their parameters, in words at the field. Pure, and without compiling anything: a page whose
 * content-security policy allows no `eval` checks by the same rules as the linter.
 */
export interface ValueProblem {
  /** Below the parameters: `/mode`, `/columns/2`. */
  pointer: string;
  message: string;
  fix: string;
  severity: "error" | "warning";
}

const template = /\{\{[\s\S]*?\}\}/;
const kinds: Record<Field["type"], string> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "names with values",
};

const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const step = (key: string | number) => pointerOf([key]);
const quoted = (value: unknown) => {
  const said = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return `“${said.length > 60 ? `${said.slice(0, 59)}…` : said}”`;
};
const listed = (values: unknown[]) => values.map(String).join(", ");

/** What a value is, in the words of `kinds`. */
function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return (
    { string: "text", number: "a number", boolean: "true or false" }[typeof value as string] ?? "names with values"
  );
}

class Checked {
  readonly found: ValueProblem[] = [];

  say(pointer: string, message: string, fix: string): void {
    this.found.push({ pointer, message, fix, severity: "error" });
  }

  value(pointer: string, name: string, field: Field, value: unknown): void {
    // What is filled in when the stage starts is looked at then.
    if (field["x-template"] && typeof value === "string" && template.test(value) && field.type !== "string") return;
    if (field["x-widget"] === "secret") {
      const { secret, ...more } = isRecord(value) ? value : {};
      if (typeof secret === "string" && secret !== "" && Object.keys(more).length === 0) return;
      const fix = "Store it first, and write its name: {secret: name}.";
      this.say(pointer, `${name} names a secret; the secret itself never stands here.`, fix);
      return;
    }
    if (!hasType(field.type, value)) {
      const fix = fixOf(field, value);
      this.say(pointer, `${name} must be ${kinds[field.type]}, and is ${kindOf(value)}.`, fix);
      return;
    }
    if (field.enum && !field.enum.includes(value as never)) {
      if (field["x-template"] && typeof value === "string" && template.test(value)) return;
      const guess = near(String(value), field.enum.map(String));
      const fix = `${guess ? `Did you mean ${guess}? ` : ""}Use one of: ${listed(field.enum)}.`;
      this.say(pointer, `${name} cannot be ${quoted(value)}.`, fix);
      return;
    }
    if (typeof value === "string") this.text(pointer, name, field, value);
    else if (typeof value === "number") this.number(pointer, name, field, value);
    else if (Array.isArray(value)) this.list(pointer, name, field, value);
    else if (isRecord(value)) this.record(pointer, name, field, value);
  }

  private text(pointer: string, name: string, field: Field, value: string): void {
    // What is filled in when the stage starts has its length then, and its form.
    if (field["x-template"] && template.test(value)) return;
    if (field["x-widget"] === "requirements")
      for (const { line, message, fix } of requirementProblems(value))
        this.say(pointer, `Line ${line} of ${name}: ${message}`, fix);
    const { minLength = 0, maxLength = 1_048_576 } = field;
    const length = [...value].length;
    if (length < minLength) {
      const fix = minLength === 1 ? "Fill it in." : `Use at least ${minLength} characters.`;
      this.say(pointer, `${name} is too short.`, fix);
    } else if (length > maxLength) this.say(pointer, `${name} has ${length} characters.`, `Use ${maxLength} at most.`);
    else if (field.pattern && !new RegExp(field.pattern, "u").test(value)) {
      const fix = field["x-error"] ?? `Write it so that it fits ${field.pattern}.`;
      this.say(pointer, `${name} cannot be ${quoted(value)}.`, fix);
    }
  }

  private number(pointer: string, name: string, field: Field, value: number): void {
    const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum: above, multipleOf } = field;
    if (value < minimum) this.say(pointer, `${name} is ${value}, which is too little.`, `Use ${minimum} or more.`);
    else if (value > maximum) this.say(pointer, `${name} is ${value}, which is too much.`, `Use ${maximum} or less.`);
    else if (above !== undefined && value <= above)
      this.say(pointer, `${name} is ${value}, which is too little.`, `Use more than ${above}.`);
    else if (multipleOf && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9)
      this.say(pointer, `${name} is ${value}.`, `Use a multiple of ${multipleOf}.`);
  }

  private list(pointer: string, name: string, field: Field, value: unknown[]): void {
    const { minItems = 0, maxItems = 10_000, items } = field;
    if (value.length < minItems)
      this.say(pointer, `${name} has ${value.length} entries.`, `Give at least ${minItems}.`);
    if (value.length > maxItems) this.say(pointer, `${name} has ${value.length} entries.`, `Give ${maxItems} at most.`);
    if (field.uniqueItems) {
      const seen = new Set<string>();
      for (const [at, one] of value.entries()) {
        const key = JSON.stringify(one);
        if (seen.has(key)) this.say(pointer + step(at), `${name} has ${quoted(one)} twice.`, "Take one of them out.");
        seen.add(key);
      }
    }
    if (items)
      for (const [at, one] of value.entries()) this.value(pointer + step(at), `Entry ${at + 1} of ${name}`, items, one);
  }

  private record(pointer: string, name: string, field: Field, value: Values): void {
    const { properties = {}, required = [], additionalProperties: more = true } = field;
    const count = Object.keys(value).length;
    if (count < (field.minProperties ?? 0))
      this.say(pointer, `${name} has ${count} entries.`, `Give at least ${field.minProperties}.`);
    if (count > (field.maxProperties ?? 10_000))
      this.say(pointer, `${name} has ${count} entries.`, `Give ${field.maxProperties ?? 10_000} at most.`);
    const visible = shown({ properties }, value);
    const hidden = (key: string) => Object.hasOwn(properties, key) && !visible.has(key);
    for (const key of required)
      if (!hidden(key) && !isSet(value[key])) this.say(pointer + step(key), `${name} lacks ${key}.`, `Fill in ${key}.`);
    for (const [key, { "x-requiredIf": when }] of Object.entries(properties))
      if (when && !hidden(key) && !isSet(value[key]) && holds(when, (other) => value[other])) {
        const { why, instead } = saidOf(when, value);
        const fix = `Fill in ${[key, ...instead].join(" or ")}.`;
        this.say(pointer + step(key), `${name} lacks ${key}, where ${why}.`, fix);
      }
    for (const [key, one] of Object.entries(value)) {
      const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (known && hidden(key)) this.found.push({ ...unused(key, known, value), pointer: pointer + step(key) });
      else if (known) this.value(pointer + step(key), `${key} of ${name}`, known, one);
      else if (typeof more === "object") this.value(pointer + step(key), `${key} of ${name}`, more, one);
      else if (!more) this.unknown(pointer + step(key), `${name} has no ${key}.`, key, Object.keys(properties));
    }
  }

  unknown(pointer: string, message: string, key: string, names: string[]): void {
    const guess = near(key, names);
    const all = names.length > 0 ? `It has ${listed(names)}.` : "It has none.";
    this.say(pointer, message, guess ? `Did you mean ${guess}?` : `Take it out. ${all}`);
  }
}

/** Text that reads as the right kind is one with quotes too many, and the other way about. */
function fixOf(field: Field, value: unknown): string {
  if (field.type === "string" && (typeof value === "number" || typeof value === "boolean"))
    return `Write it in quotes: "${value}".`;
  if (typeof value === "string") {
    const bare = value.trim();
    if ((field.type === "number" || field.type === "integer") && /^-?\d+(\.\d+)?$/.test(bare))
      return `Leave the quotes out: ${bare}.`;
    if (field.type === "boolean" && /^(true|false|yes|no)$/i.test(bare))
      return `Leave the quotes out: ${/^(true|yes)$/i.test(bare)}.`;
    if (field.type === "array") return `Write a list: [${bare}].`;
  }
  return `Give ${kinds[field.type]}.`;
}

function hasType(type: Field["type"], value: unknown): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  if (type === "integer") return Number.isSafeInteger(value);
  if (type === "number") return typeof value === "number" && Number.isFinite(value);
  return typeof value === type;
}

/** Every problem of an operator's values. What a form does not show is not asked for; given all the same, it is odd. */
export function checkValues(manifest: Pick<Manifest, "id" | "parameters">, given: Values): ValueProblem[] {
  const { id, parameters } = manifest;
  const checked = new Checked();
  const visible = shown(parameters, given);
  const values = effective(parameters, given);
  for (const name of parameters.required)
    if (visible.has(name) && !isSet(values[name]))
      checked.say(step(name), `${titleOf(name, parameters.properties[name])} is missing.`, `Fill in ${name}.`);
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(parameters.properties, name) ? parameters.properties[name] : undefined;
    if (!field)
      checked.unknown(step(name), `${id} has no parameter ${name}.`, name, Object.keys(parameters.properties));
    else if (!visible.has(name)) checked.found.push(unused(name, field, values));
    else if (isSet(value) || !parameters.required.includes(name)) checked.value(step(name), name, field, value);
  }
  return checked.found;
}

/** Why something is asked for, and what would do as well. */
function saidOf(when: Condition, values: Values): { why: string; instead: string[] } {
  const instead = Object.keys(when).filter((name) => !isSet(values[name]));
  const why = Object.keys(when).map((name) =>
    isSet(values[name]) ? `${name} is ${values[name]}` : `${name} is not set`,
  );
  return { why: why.join(" and "), instead };
}

/** As its form and its text call it: once, where both do so by the same word. */
const titleOf = (name: string, { title }: Partial<Field> = {}) =>
  title === undefined || title.toLowerCase() === name ? (title ?? name) : `${title} (${name})`;

function unused(name: string, field: Field, values: Values): ValueProblem {
  const why = Object.keys(field["x-showIf"] ?? {}).map((other) => `${other} is ${quoted(values[other] ?? null)}`);
  return {
    pointer: step(name),
    message: `${name} is not used where ${why.join(" and ")}.`,
    fix: `Take ${name} out, or change ${Object.keys(field["x-showIf"] ?? {}).join(" or ")}.`,
    severity: "warning",
  };
}
