import { type Lexis, tokens } from "@/lib/warehouses/lexer";
import { pieces, spelt, type Template, templateAt } from "./template";
import { filterTime, timeOf } from "./template-time";

/** Filling in templates: in a text their words, in SQL bound values. Everything comes from the run, nothing from the clock. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What a run gives. `env` is resolved before its stages (`resolveEnv`). */
export interface Scope {
  /** ISO instants. */
  interval: { from: string; to: string; timeZone: string };
  run: { id: string; url: string; trigger: string; attempt: number; key: string };
  pipeline: { name: string; version: number };
  stage: { id: string };
  env: Record<string, Json>;
  var: Record<string, Json>;
  params: Record<string, Json>;
  /** What earlier stages handed on. */
  stages: Record<string, { params: Record<string, Json> }>;
}

/** A template that cannot be filled in. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  constructor(
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}

/** Times until something asks for their words. */
type Value = Json | Date;

function named(path: string[], scope: Scope): Value {
  if (path[0] === "interval" && path.length === 2 && (path[1] === "from" || path[1] === "to"))
    return new Date(scope.interval[path[1]]);
  let value: unknown = scope;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) throw nothing(path);
    value = (value as Record<string, unknown>)[key];
  }
  if (path.length < 2 || value === undefined) throw nothing(path);
  return value as Json;
}

function nothing(path: string[]): TemplateError {
  const [root, id] = path;
  const name = path.join(".");
  if (root === "stages")
    return new TemplateError(`The stage ${id} handed on no ${path.at(-1)}.`, `Let ${id} write it to out/params.json.`);
  const where: Record<string, string> = { env: "under env:", params: "under parameters:", var: "among the variables" };
  const fix = root && where[root] ? `Add ${path[1] ?? "it"} ${where[root]}.` : "Use a name that there is.";
  return new TemplateError(`There is no value ${name}.`, fix);
}

function filled(template: Template, scope: Scope): Value {
  let value = named(template.path, scope);
  for (const { name, argument } of template.filters) {
    if (name === "lower" || name === "upper") {
      const text = written(value);
      value = name === "lower" ? text.toLowerCase() : text.toUpperCase();
      continue;
    }
    const time = timeOf(value, scope.interval.timeZone);
    if (!time) {
      const said = written(value).slice(0, 60);
      throw new TemplateError(`${template.path.join(".")} is “${said}”, and no time.`, `Leave | ${name} out.`);
    }
    value = filterTime(time, name, argument, scope.interval.timeZone);
  }
  return value;
}

/** To the second where there is no more. */
const iso = (time: Date) => time.toISOString().replace(".000Z", "Z");

/** In the middle of a text. */
function written(value: Value): string {
  if (value instanceof Date) return iso(value);
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * A text with its templates filled in. One that is a single template keeps its value's type: a number stays one.
 * @throws TemplateError
 */
export function resolveText(text: string, scope: Scope): Json {
  const all = pieces(text);
  const values = all.map((piece) => {
    if (piece.kind === "text") return piece.text;
    if (piece.kind === "broken") throw new TemplateError(piece.message, piece.fix);
    return filled(piece.template, scope);
  });
  const [only] = values;
  if (all.length === 1 && all[0]?.kind === "template") return only instanceof Date ? iso(only) : (only ?? null);
  return values.map(written).join("");
}

/** Every text within a value. @throws TemplateError */
export function resolve(value: Json, scope: Scope): Json {
  if (typeof value === "string") return resolveText(value, scope);
  if (Array.isArray(value)) return value.map((one) => resolve(one, scope));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one, scope)]));
}

/** A document's `env`, which may name everything but itself and what stages hand on. @throws TemplateError */
export function resolveEnv(env: Record<string, Json>, scope: Omit<Scope, "env" | "stages" | "stage">): Scope["env"] {
  return resolve(env, { ...scope, env: {}, stages: {}, stage: { id: "" } }) as Scope["env"];
}

/** Within quotes only what can be nothing else is taken for a template: '{{1,2},{3,4}}' is an array. */
const inQuotes = /\{\{\s*(interval|run|pipeline|stage|env|var|params|stages)\.[^{}]*\}\}/;

/** Where a template stands in SQL, and what it is. `quoted`: within a string or a name, where nothing can be bound. */
export type SqlTemplate = { start: number; end: number } & (
  | { kind: "template"; template: Template }
  | { kind: "broken"; message: string; fix: string }
  | { kind: "quoted" }
);

/** Templates in SQL outside comments, in order. */
export function sqlTemplates(sql: string, lexis: Lexis): SqlTemplate[] {
  const found: SqlTemplate[] = [];
  for (let from = 0; from < sql.length; ) {
    const next = nextTemplate(sql, from, lexis, found);
    if (!next) break;
    found.push(next);
    from = next.end;
  }
  return found;
}

/** What is inside braces is no SQL: behind each template the reading begins anew. */
function nextTemplate(sql: string, from: number, lexis: Lexis, quoted: SqlTemplate[]): SqlTemplate | null {
  const rest = sql.slice(from);
  for (const { kind, start, end } of tokens(rest, lexis)) {
    const at = from + start;
    if ((kind === "string" || kind === "identifier") && inQuotes.test(rest.slice(start, end)))
      quoted.push({ kind: "quoted", start: at, end: from + end });
    if (kind === "placeholder" || (kind === "symbol" && sql.startsWith("{{", at))) return templateAt(sql, at);
  }
  return null;
}

export interface BoundSql {
  /** With the engine's own placeholders: `$1`. */
  sql: string;
  values: Json[];
}

const glues = /[A-Za-z0-9_$\u0080-\uffff]/;

/**
 * SQL with a placeholder where each template stood, and what is bound to them; the same template twice is one value.
 * @throws TemplateError also where the text has placeholders of its own, which would take another's value
 */
export function bindSql(sql: string, scope: Scope, lexis: Lexis): BoundSql {
  const found = sqlTemplates(sql, lexis);
  if (found.length === 0) return { sql, values: [] };
  const order: string[] = [];
  const values: Json[] = [];
  let bound = "";
  let copied = 0;
  for (const one of found) {
    if (one.kind === "broken") throw new TemplateError(one.message, one.fix);
    if (one.kind === "quoted") continue;
    const name = spelt(one.template);
    if (!order.includes(name)) {
      const value = filled(one.template, scope);
      order.push(name);
      values.push(value instanceof Date ? iso(value) : value);
    }
    bound += sql.slice(copied, one.start);
    // A space where `$1` would grow together with its neighbour: x$1 is a name, $11 another parameter.
    bound += glues.test(sql[one.start - 1] ?? "") ? " " : "";
    bound += lexis.parameter(order.indexOf(name) + 1) + (glues.test(sql[one.end] ?? "") ? " " : "");
    copied = one.end;
  }
  bound += sql.slice(copied);
  if (order.length > 0 && ownPlaceholder(sql, found, lexis))
    throw new TemplateError("This SQL has placeholders of its own beside {{ … }}.", "Write them as {{ … }} too.");
  return { sql: bound, values };
}

/** Whether a `$1` stands outside templates. */
export function ownPlaceholder(sql: string, found: SqlTemplate[], lexis: Lexis): boolean {
  const blank = found.reduceRight((text, { kind, start, end }) => {
    return kind === "quoted" ? text : text.slice(0, start) + " ".repeat(end - start) + text.slice(end);
  }, sql);
  return [...tokens(blank, lexis)].some(({ kind }) => kind === "parameter");
}
