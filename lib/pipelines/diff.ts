import { pointerOf } from "@/lib/platform/json-pointer";
import { whenWords } from "@/lib/triggers/words";
import { sourceOf } from "./graph";
import type { PipelineDocument, PipelineTrigger, Stage, StageInput } from "./schema";

/** What one version of a document changes of another, in words. Pure: what Publish shows, and what the history says. */
export interface Difference {
  kind: "added" | "removed" | "changed";
  /** The stage's id, after the change where it is still there. */
  stage?: string;
  /** A JSON pointer into the newer document; of what was removed into the older. */
  field: string;
  /** A sentence. */
  words: string;
  /** Texts to be shown beside each other, where a sentence cannot hold them. */
  texts?: { before: string; after: string };
}

type Path = (string | number)[];
type Told = Pick<Difference, "kind" | "words" | "texts">;

/** Equal whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same((a as never)[key], (b as never)[key]));
}

const long = (value: unknown) => typeof value === "string" && (value.includes("\n") || value.length > 80);
const written = (value: unknown): string => {
  const text = typeof value === "string" && value !== "" ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

function changed(name: string, before: unknown, after: unknown): Told {
  if (long(before) || long(after)) {
    const texts = { before: textOf(before), after: textOf(after) };
    const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
    return {
      kind,
      words: `${name} ${kind === "changed" ? "has changed" : kind === "added" ? "is new" : "is gone"}`,
      texts,
    };
  }
  if (before === undefined) return { kind: "added", words: `${name} is ${written(after)}` };
  if (after === undefined) return { kind: "removed", words: `${name} is no longer ${written(before)}` };
  return { kind: "changed", words: `${name} is now ${written(after)}, and was ${written(before)}` };
}

const textOf = (value: unknown) =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);

/** Each name of two records that does not say the same. */
function* differing<Value>(a: Record<string, Value> | undefined, b: Record<string, Value> | undefined) {
  for (const name of new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])) {
    const before = a && Object.hasOwn(a, name) ? a[name] : undefined;
    const after = b && Object.hasOwn(b, name) ? b[name] : undefined;
    if (!same(before, after)) yield { name, before, after };
  }
}

export function diffDocuments(before: PipelineDocument, after: PipelineDocument): Difference[] {
  const found: Difference[] = [];
  const say = (path: Path, { words, ...one }: Told, stage?: Stage) =>
    found.push({
      ...{ ...one, ...(stage && { stage: stage.id }) },
      ...{ field: pointerOf(path), words: `${sentence(words, stage)}.` },
    });
  for (const key of ["name", "title", "description", "owner"] as const)
    if (before[key] !== after[key]) say([key], changed(key, before[key], after[key]));
  for (const { name, ...one } of differing(before.parameters, after.parameters))
    say(["parameters", name], changed(`the run's parameter ${name}`, one.before, one.after));
  triggers(before, after, say);
  if (!same(before.concurrency, after.concurrency))
    say(
      ["concurrency"],
      changed("what happens when runs overlap", before.concurrency?.overlap, after.concurrency?.overlap),
    );
  for (const { name, ...one } of differing(before.notify, after.notify))
    say(["notify", name], changed(`who is told (${name})`, one.before, one.after));
  for (const { name, ...one } of differing(before.env, after.env))
    say(["env", name], changed(`the value env.${name}`, one.before, one.after));
  stages(before, after, say);
  return found;
}

/** As the stage's form calls it. */
const called = ({ id, title }: Pick<Stage, "id" | "title">) => (title ? `${title} (${id})` : id);

const introduced = ({ id, title, operator }: Stage) =>
  title ? `${title} (${id}, ${operator})` : `${id} (${operator})`;

const sentence = (words: string, stage: Stage | undefined) =>
  stage ? `${called(stage)}: ${words}` : words.charAt(0).toUpperCase() + words.slice(1);

type Say = (path: Path, one: Told, stage?: Stage) => void;

/** When it starts, as people say it. */
function triggerWords(trigger: PipelineTrigger): string {
  if ("cron" in trigger) {
    const missed =
      trigger.missed === undefined || trigger.missed === "latest" ? "" : `, missed ones: ${trigger.missed}`;
    const words = whenWords(trigger.cron, trigger.timezone);
    return `${words.charAt(0).toLowerCase()}${words.slice(1)}${missed}`;
  }
  return "at" in trigger ? `at ${trigger.at}` : JSON.stringify(trigger);
}

function triggers(before: PipelineDocument, after: PipelineDocument, say: Say): void {
  const [older, newer] = [before.triggers ?? [], after.triggers ?? []];
  const gone = older.map((one, at) => ({ one, at })).filter(({ one }) => !newer.some((other) => same(one, other)));
  const come = newer.map((one, at) => ({ one, at })).filter(({ one }) => !older.some((other) => same(one, other)));
  for (const { one, at } of gone)
    say(["triggers", at], { kind: "removed", words: `it no longer starts ${triggerWords(one)}` });
  for (const { one, at } of come) say(["triggers", at], { kind: "added", words: `it starts ${triggerWords(one)}` });
  if (gone.length === 0 && come.length === 0 && !same(older, newer))
    say(["triggers"], { kind: "changed", words: "triggers stand in another order, or twice" });
}

/** A stage under another id that is otherwise the same was renamed. */
function renamed(gone: Stage[], come: Stage[]): Map<string, string> {
  const bare = ({ id: _, ...rest }: Stage) => rest;
  const found = new Map<string, string>();
  for (const one of gone) {
    const other = come.find((candidate) => !found.has(candidate.id) && same(bare(one), bare(candidate)));
    if (other) found.set(other.id, one.id);
  }
  return found;
}

function stages(before: PipelineDocument, after: PipelineDocument, say: Say): void {
  const [older, newer] = [
    new Map(before.stages.map((one) => [one.id, one])),
    new Map(after.stages.map((one) => [one.id, one])),
  ];
  const gone = before.stages.filter(({ id }) => !newer.has(id));
  const come = after.stages.filter(({ id }) => !older.has(id));
  const names = renamed(gone, come);
  const renames = new Set(names.values());
  const all = new Map([...older, ...newer]);
  for (const [at, stage] of before.stages.entries())
    if (!newer.has(stage.id) && !renames.has(stage.id))
      say(["stages", at], { kind: "removed", words: `the stage ${introduced(stage)} is gone` });
  for (const [at, stage] of after.stages.entries()) {
    const previous = older.get(stage.id);
    const was = older.get(names.get(stage.id) ?? "");
    if (was)
      say(["stages", at, "id"], { kind: "changed", words: `the stage ${called(was)} is now called ${called(stage)}` });
    else if (!previous) say(["stages", at], { kind: "added", words: `the stage ${introduced(stage)} is new` });
    else if (!same(previous, stage))
      oneStage(previous, stage, all, (path, one) => say(["stages", at, ...path], one, stage));
  }
  const order = (all: Stage[]) => all.map(({ id }) => id).join(" ");
  if (gone.length === 0 && come.length === 0 && order(before.stages) !== order(after.stages))
    say(["stages"], { kind: "changed", words: "the stages stand in another order, which changes nothing of a run" });
}

type Stages = Map<string, Stage>;

const from = (input: StageInput, stages: Stages) => {
  const { stage, output } = sourceOf(input);
  const format = typeof input === "object" && input.format ? ` as ${input.format}` : "";
  const found = stages.get(stage);
  return `${found?.title ? `${output} of ${called(found)}` : `${stage}.${output}`}${format}`;
};

/** @param all by id, as the newer version has them */
function oneStage(before: Stage, after: Stage, all: Stages, say: (path: Path, one: Told) => void): void {
  for (const key of ["title", "operator", "retries", "retryDelay"] as const)
    if (before[key] !== after[key]) say([key], changed(key, before[key], after[key]));
  for (const { name, ...one } of differing(before.params, after.params))
    say(["params", name], changed(name, one.before, one.after));
  for (const { name, ...one } of differing(before.resources, after.resources))
    say(["resources", name], changed(name, one.before, one.after));
  for (const { name, ...one } of differing(before.inputs, after.inputs)) {
    const [old, now] = [one.before && from(one.before, all), one.after && from(one.after, all)];
    if (old === now)
      say(["inputs", name], { kind: "changed", words: `${name} is written in another way, and means the same` });
    else if (!now) say(["inputs", name], { kind: "removed", words: `no longer reads ${name} from ${old}` });
    else
      say(["inputs", name], {
        kind: old ? "changed" : "added",
        words: `reads ${name} from ${now}${old ? `, no longer from ${old}` : ""}`,
      });
  }
  for (const { name, ...one } of differing(before.outputs, after.outputs)) {
    if (!one.after) say(["outputs", name], { kind: "removed", words: `no longer hands on ${name}` });
    else
      say(["outputs", name], {
        kind: one.before ? "changed" : "added",
        words: `hands on ${name} as ${one.after}${one.before ? `, no longer as ${one.before}` : ""}`,
      });
  }
  const nameOf = (id: string) => called(all.get(id) ?? { id });
  const [waited, waits] = [before.after ?? [], after.after ?? []];
  const [lost, added] = [waited.filter((id) => !waits.includes(id)), waits.filter((id) => !waited.includes(id))];
  if (added.length > 0) say(["after"], { kind: "added", words: `waits for ${added.map(nameOf).join(", ")}` });
  if (lost.length > 0) say(["after"], { kind: "removed", words: `no longer waits for ${lost.map(nameOf).join(", ")}` });
  if (lost.length + added.length === 0 && !same(before.after, after.after))
    say(["after"], { kind: "changed", words: "says in another way for whom it waits, and means the same" });
  for (const key of ["params", "inputs", "outputs", "resources"] as const)
    if (
      Object.keys(before[key] ?? {}).length + Object.keys(after[key] ?? {}).length === 0 &&
      !same(before[key], after[key])
    )
      say([key], { kind: "changed", words: `${key} is empty, as before` });
}
