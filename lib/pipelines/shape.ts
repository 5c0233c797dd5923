import type { z } from "zod";
import { near } from "@/lib/operators/near";
import { fieldWords } from "@/lib/platform/field-words";
import { pointerOf } from "@/lib/platform/json-pointer";
import { documentSchema, type Problem } from "./schema";

/** What is wrong with a document's shape, in words at the field, with what to do. Pure. */

type Issue = z.core.$ZodIssue;

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/** The stage that a path is in: its id, where it has one. */
export function stageAt(value: unknown, path: readonly PropertyKey[]): string | undefined {
  if (path[0] !== "stages" || path.length < 2) return undefined;
  const id = valueAt(value, [...path.slice(0, 2), "id"]);
  return typeof id === "string" && id ? id : undefined;
}

/** Keys by the place that they stand in; a name that anybody may choose is `*`. */
const keysAt: [RegExp, string[]][] = [
  [/^$/, ["name", "title", "description", "owner", "parameters", "triggers", "concurrency", "notify", "env", "stages"]],
  [
    /^\/stages\/\d+$/,
    [...["id", "title", "operator", "params", "inputs", "outputs", "after", "resources", "retries", "retryDelay"]],
  ],
  [/^\/stages\/\d+\/resources$/, ["cpu", "memory", "timeout"]],
  [/^\/stages\/\d+\/inputs\/[^/]+$/, ["from", "format"]],
  [/^\/triggers\/\d+$/, ["cron", "timezone", "missed", "at", "after", "sensor"]],
  [/^\/triggers\/\d+\/after$/, ["all", "any", "within", "else"]],
  [/^\/concurrency$/, ["overlap"]],
  [/^\/notify$/, ["people", "teams", "webhook"]],
  [/^\/notify\/webhook$/, ["url", "secret"]],
  [/^\/parameters\/[^/]+$/, ["type", "title", "default"]],
];

/** What people write who know another tool, and what it is here. */
const otherWords: Record<string, string> = {
  steps: "stages",
  tasks: "stages",
  jobs: "stages",
  schedule: "triggers",
  trigger: "triggers",
  depends_on: "after",
  dependsOn: "after",
  needs: "after",
  upstream: "after",
  uses: "operator",
  with: "params",
  config: "params",
  arguments: "params",
  input: "inputs",
  output: "outputs",
  retry: "retries",
  attempts: "retries",
  timeout: "resources: {timeout: 20m}",
  memory: "resources: {memory: 1Gi}",
  cpu: "resources: {cpu: 1}",
  tz: "timezone",
  zone: "timezone",
  timeZone: "timezone",
  time_zone: "timezone",
  variables: "env",
  vars: "env",
  team: "owner",
  catchup: "missed",
};

function unknownKey(value: unknown, path: readonly PropertyKey[], key: string): Problem {
  const place = pointerOf(path);
  const keys = keysAt.find(([pattern]) => pattern.test(place))?.[1] ?? [];
  const guess = near(key, keys) ?? otherWords[key];
  const fix = guess ? `Did you mean ${guess}?` : `Take it out. Here can be ${keys.join(", ")}.`;
  const stage = stageAt(value, path);
  return {
    severity: "error",
    ...(stage && { stage }),
    field: pointerOf([...path, key]),
    message: `There is no key ${key}${place === "" ? " in a pipeline" : stage && path.length === 2 ? " in a stage" : ""}.`,
    fix,
  };
}

/** Said at a field that was left empty or is of another kind than it must be. */
const fixAt: [RegExp, string][] = [
  [/^\/name$/, "Give the pipeline a name, as daily_sales."],
  [/^\/stages$/, "List the stages: - id: extract, operator: sql-extract@1."],
  [/^\/stages\/\d+$/, "Give it an id and an operator: {id: extract, operator: sql-extract@1}."],
  [/^\/stages\/\d+\/id$/, "Give the stage an id, as extract."],
  [/^\/stages\/\d+\/operator$/, "Name an operator and its version, as sql-extract@1."],
  [/^\/stages\/\d+\/outputs\//, "Say its format: parquet, csv or ndjson."],
  [/^\/stages\/\d+\/inputs\//, "Say where it comes from, as extract.events, or {from: extract.events, format: csv}."],
  [/^\/stages\/\d+\/(inputs|outputs)$/, "Give each a name: {rows: extract.events}."],
  [/^\/stages\/\d+\/params$/, "Give each a name: {warehouse: demo}."],
  [/^\/stages\/\d+\/after$/, "List ids of stages: [extract]."],
  [/^\/stages\/\d+\/retries$/, "Use a whole number from 0 to 10."],
  [/^\/triggers$/, 'List them: - cron: "15 6 * * *".'],
  [/^\/triggers\/\d+\/timezone$/, "Name the zone whose clocks count, as Europe/Berlin or UTC."],
  [/^\/triggers\/\d+$/, "Use one of cron, at, after and sensor."],
  [/^\/triggers\/\d+\/cron$/, 'Write five fields in quotes: "15 6 * * *".'],
  [/^\/env$/, 'Give each a name: {COUNTRY: "US"}.'],
  [/^\/parameters$/, "Give each a name and a type: {country: {type: text}}."],
  [/^$/, "Begin with name: and stages:."],
];

function plain(value: unknown, issue: Issue): Problem {
  const path = issue.code === "invalid_key" ? issue.path.slice(0, -1) : issue.path;
  const field = pointerOf(issue.path);
  const stage = stageAt(value, path);
  const said =
    issue.code === "invalid_key"
      ? (issue.issues[0]?.message ?? issue.message)
      : issue.code === "invalid_union"
        ? "It is none of the kinds that there are."
        : issue.message;
  const known = fixAt.find(([pattern]) => pattern.test(field))?.[1];
  const there = valueAt(value, issue.path);
  const name = nameOf(issue.path);
  const missing = issue.code !== "invalid_key" && (there === undefined || there === null || there === "");
  const own = { severity: "error" as const, ...(stage && { stage }), field };
  if (missing) return { ...own, message: `${name} is missing.`, fix: known ?? `Fill in ${name}.` };
  // A limit says itself what to do.
  if (!known || issue.code === "too_big" || issue.code === "too_small")
    return { ...own, message: `${name} is not right.`, fix: said };
  return { ...own, message: `${name} is not right: ${said}`, fix: known };
}

function nameOf(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return "The document";
  return typeof last === "number" ? `Entry ${last + 1} of ${String(path.at(-2))}` : String(last);
}

/** Of several shapes that something may have, the problems of the one that was meant. */
function unionIssues(value: unknown, issue: Extract<Issue, { code: "invalid_union" }>): Issue[] | null {
  const branches = issue.errors.map((all) =>
    all.map((one) => ({ ...one, path: [...issue.path, ...one.path] }) as Issue),
  );
  const given = valueAt(value, issue.path);
  if (/^\/triggers\/\d+$/.test(pointerOf(issue.path))) {
    if (typeof given !== "object" || given === null) return null;
    const at = ["cron", "at", "after", "sensor"].findIndex((key) => Object.hasOwn(given, key));
    return at < 0 ? null : (branches[at] ?? null);
  }
  // An input: text, or an object with `from`.
  if (/^\/stages\/\d+\/inputs\/[^/]+$/.test(pointerOf(issue.path))) {
    if (typeof given === "string") return branches[0] ?? null;
    if (typeof given === "object" && given !== null) return branches[1] ?? null;
  }
  return null;
}

function problemsOf(value: unknown, issue: Issue): Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(value, issue.path, key));
  if (issue.code === "invalid_union") {
    const meant = unionIssues(value, issue);
    if (meant) return meant.flatMap((one) => problemsOf(value, one));
  }
  return [plain(value, issue)];
}

/** Every problem of the shape; none when it is a document. */
export function shapeProblems(value: unknown): Problem[] {
  const parsed = documentSchema.safeParse(value, { error: fieldWords });
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(value, issue));
}
