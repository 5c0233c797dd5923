import type { ParameterValues } from "@/lib/executions/schema";
import { nameIn, type Token, tokens } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";
import { dayOf, type Now, phrase, rangeOf } from "./relative-dates";
import type { GivenValues, Parameter } from "./schema";

/** Parts of a page's address that are not values; a parameter of such a name stands there as `p.name`. */
const pageKeys: ReadonlySet<string> = new Set([
  ...["sort", "filter", "search", "order", "cols", "tab", "view", "chart", "execution", "run", "version", "edit"],
  ...["share", "compare", "zone"],
]);

/** From what a reader gives to what is bound. Pure: the browser reads a form by the same rules. */

export interface ReadValues {
  /** What is bound, by the names that stand in the SQL; null is NULL. */
  values: ParameterValues;
  /** What was given, defaults filled in, in one spelling: equal when two readers mean the same. */
  given: Record<string, string | string[] | null>;
  problems: { field: string; message: string }[];
}

const maxText = 1024 * 1024;

/** Reads values by their declarations. Every declared name is in `values` afterwards; a bad one is NULL and a problem. */
export function readValues(declarations: Parameter[], given: GivenValues, now: Now): ReadValues {
  const read: ReadValues = { values: {}, given: {}, problems: [] };
  for (const one of declarations) {
    // Null and "" say that it is empty; only one that is left out has its default.
    const asked = Object.hasOwn(given, one.name) ? given[one.name] : one.default;
    try {
      const value = checked(one, asked);
      read.given[one.name] = value;
      Object.assign(read.values, bound(one, value, now));
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      read.problems.push({ field: one.name, message: error.message });
      read.given[one.name] = null;
      Object.assign(read.values, bound(one, null, now));
    }
  }
  const known = new Set(declarations.map(({ name }) => name));
  for (const name of Object.keys(given)) {
    if (known.has(name)) continue;
    const names = [...known].join(", ");
    const message = `This query has no parameter ${name.slice(0, 100)}${names ? `; it has ${names}` : ""}.`;
    read.problems.push({ field: name, message });
  }
  return read;
}

class BadValue extends Error {}

const takesSeveral = (one: Parameter) => one.type === "multi" || (one.type === "queryList" && one.multi === true);

function checked(one: Parameter, asked: GivenValues[string] | undefined): string | string[] | null {
  const several = takesSeveral(one);
  const list = (Array.isArray(asked) ? asked : asked === null || asked === undefined ? [] : [asked]).map(String);
  const parts = list.filter((part) => part !== "");
  if (!several && parts.length > 1) throw new BadValue("Give one value.");
  for (const part of parts) {
    if (part.length > maxText) throw new BadValue("A value may have 1,048,576 characters at most.");
    if (part.includes("\u0000") || !part.isWellFormed())
      throw new BadValue("A value must be valid Unicode without NUL characters.");
  }
  if (parts.length === 0) {
    if (one.required) throw new BadValue("Fill this in.");
    return null;
  }
  if (one.type === "list" || one.type === "multi") {
    const wrong = parts.find((part) => !one.options.some(({ value }) => value === part));
    if (wrong !== undefined) throw new BadValue(`“${wrong.slice(0, 60)}” is not one of the options.`);
  }
  if (several) return [...new Set(parts)].sort();
  return spelt(one, parts[0] as string);
}

function spelt(one: Parameter, text: string): string {
  if (one.type === "date" || one.type === "dateRange") return phrase(text);
  return one.type === "number" ? text.trim() : text;
}

function bound(one: Parameter, value: string | string[] | null, now: Now): ParameterValues {
  if (one.type === "dateRange") {
    const range = typeof value === "string" ? rangeOf(value, now) : null;
    if (value !== null && !range)
      throw new BadValue("Write a range as “last 7 days”, “since monday”, “this month” or 2026-01-01..2026-01-31.");
    return { [`${one.name}.from`]: range?.from ?? null, [`${one.name}.to`]: range?.to ?? null };
  }
  if (one.type === "date" && typeof value === "string") {
    const day = dayOf(value, now);
    if (!day) throw new BadValue("Write a date as 2026-01-31, “yesterday”, “3 days ago” or “monday”.");
    return { [one.name]: day };
  }
  // The text goes to the engine as it is: a double would lose digits.
  if (one.type === "number" && typeof value === "string" && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i.test(value))
    throw new BadValue("Write a number, as 12 or -0.5, without units or separators.");
  return { [one.name]: value };
}

/** Where a parameter's value stands in the page's address: under its own name unless the page needs that one. */
export function addressKey(name: string): string {
  return pageKeys.has(name) ? `p.${name}` : name;
}

/** What an address says of these parameters; the rest of it is the page's. */
export function givenInAddress(declarations: Parameter[], address: Record<string, string | string[] | undefined>) {
  const given: GivenValues = {};
  for (const { name } of declarations) {
    const key = addressKey(name);
    const value = Object.hasOwn(address, key) ? address[key] : undefined;
    if (value !== undefined) given[name] = value;
  }
  return given;
}

/** The parameters that a text asks for, in order: what is saved without declarations gets these. */
export function inferParameters(sql: string, engine: string): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const token of tokens(sql, lexisOf(engine))) {
    if (token.kind !== "placeholder") continue;
    const [name = "", end] = nameIn(sql, token).split(".");
    if (end || !found.has(name)) found.set(name, { name, type: end ? "dateRange" : "text" });
  }
  return [...found.values()];
}

const isEmpty = (value: ParameterValues[string] | undefined) =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

interface Part {
  start: number;
  end: number;
  /** Names of ours that stand in it, not in a part inside of it. */
  names: string[];
}

/**
 * `[[ and country = {{country}} ]]` goes when country is empty; else its brackets go. Spaces take the place of what
 * goes, so that every position is that of the person's own text. Brackets that hold no parameter are left alone, and
 * so are those of an array.
 */
export function applyOptional(sql: string, values: ParameterValues, engine: string): string {
  if (!sql.includes("[[")) return sql;
  const gone: [number, number][] = partsOf(sql, values, engine)
    .filter(({ names }) => names.length > 0)
    .flatMap(({ start, end, names }) =>
      names.some((name) => isEmpty(values[name]))
        ? [[start, end]]
        : [
            [start, start + 2],
            [end - 2, end],
          ],
    );
  gone.sort(([a], [b]) => a - b);
  let text = "";
  let at = 0;
  for (const [start, end] of gone) {
    // One inside of another that goes is gone already.
    if (end <= at) continue;
    text += sql.slice(at, start) + sql.slice(start, end).replace(/[^\r\n]/g, " ");
    at = end;
  }
  return text + sql.slice(at);
}

/** Where the optional parts of a text stand, brackets included. */
export function optionalParts(sql: string, engine: string): { start: number; end: number }[] {
  const names = [...tokens(sql, lexisOf(engine))]
    .filter(({ kind }) => kind === "placeholder")
    .map((token) => nameIn(sql, token));
  return partsOf(sql, Object.fromEntries(names.map((name) => [name, null])), engine).filter(
    (part) => part.names.length > 0,
  );
}

function partsOf(sql: string, values: ParameterValues, engine: string): Part[] {
  const found: Part[] = [];
  /** Null for a bracket of the SQL's own. */
  const open: (Part | null)[] = [];
  const all = [...tokens(sql, lexisOf(engine))];
  const is = (token: Token | undefined, char: string) => token?.kind === "symbol" && sql[token.start] === char;
  let before = "";
  for (let at = 0; at < all.length; at++) {
    const token = all[at] as Token;
    if (token.kind === "space" || token.kind === "comment") continue;
    if (is(token, "[")) {
      const optional = is(all[at + 1], "[") && before !== "array" && before !== "[";
      open.push(optional ? { start: token.start, end: sql.length, names: [] } : null);
      if (optional) at++;
      before = optional ? "" : "[";
      continue;
    }
    if (is(token, "]")) {
      const part = open.at(-1);
      if (part === null) open.pop();
      else if (part && is(all[at + 1], "]")) {
        open.pop();
        at++;
        found.push({ ...part, end: token.end + 1 });
      }
    } else if (token.kind === "placeholder") {
      const part = open.findLast((one) => one !== null);
      const name = nameIn(sql, token);
      if (part && Object.hasOwn(values, name)) part.names.push(name);
    }
    before = sql.slice(token.start, token.end).toLowerCase();
  }
  return found;
}
