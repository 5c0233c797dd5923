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

function changed(name: string, before: unknown, after: unknown): Pick<Difference, "kind" | "words" | "texts"> {
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
  const say = (path: Path, { words, ...one }: Pick<Difference, "kind" | "words" | "texts">, stage?: string) =>
    found.push({ ...one, ...(stage && { stage }), field: pointerOf(path), words: `${sentence(words, stage)}.` });
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

const sentence = (words: string, stage: string | undefined) =>
  stage ? `${stage}: ${words}` : words.charAt(0).toUpperCase() + words.slice(1);

type Say = (path: Path, one: Pick<Difference, "kind" | "words" | "texts">, stage?: string) => void;

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
  for (const [at, stage] of before.stages.entries())
    if (!newer.has(stage.id) && !renames.has(stage.id))
      say(["stages", at], { kind: "removed", words: `the stage ${stage.id} (${stage.operator}) is gone` });
  for (const [at, stage] of after.stages.entries()) {
    const previous = older.get(stage.id);
    const was = names.get(stage.id);
    if (was) say(["stages", at, "id"], { kind: "changed", words: `the stage ${was} is now called ${stage.id}` });
    else if (!previous)
      say(["stages", at], { kind: "added", words: `the stage ${stage.id} (${stage.operator}) is new` });
    else if (!same(previous, stage)) oneStage(previous, stage, at, say);
  }
  const order = (all: Stage[]) => all.map(({ id }) => id).join(" ");
  if (gone.length === 0 && come.length === 0 && order(before.stages) !== order(after.stages))
    say(["stages"], { kind: "changed", words: "the stages stand in another order, which changes nothing of a run" });
}

const from = (input: StageInput) => {
  const { stage, output } = sourceOf(input);
  const format = typeof input === "object" && input.format ? ` as ${input.format}` : "";
  return `${stage}.${output}${format}`;
};

function oneStage(before: Stage, after: Stage, at: number, say: Say): void {
  const tell = (path: Path, one: Pick<Difference, "kind" | "words" | "texts">) =>
    say(["stages", at, ...path], one, after.id);
  for (const key of ["title", "operator", "retries", "retryDelay"] as const)
    if (before[key] !== after[key]) tell([key], changed(key, before[key], after[key]));
  for (const { name, ...one } of differing(before.params, after.params))
    tell(["params", name], changed(name, one.before, one.after));
  for (const { name, ...one } of differing(before.resources, after.resources))
    tell(["resources", name], changed(name, one.before, one.after));
  for (const { name, ...one } of differing(before.inputs, after.inputs)) {
    const [old, now] = [one.before && from(one.before), one.after && from(one.after)];
    if (old === now)
      tell(["inputs", name], { kind: "changed", words: `${name} is written in another way, and means the same` });
    else if (!now) tell(["inputs", name], { kind: "removed", words: `no longer reads ${name} from ${old}` });
    else
      tell(["inputs", name], {
        kind: old ? "changed" : "added",
        words: `reads ${name} from ${now}${old ? `, no longer from ${old}` : ""}`,
      });
  }
  for (const { name, ...one } of differing(before.outputs, after.outputs)) {
    if (!one.after) tell(["outputs", name], { kind: "removed", words: `no longer hands on ${name}` });
    else
      tell(["outputs", name], {
        kind: one.before ? "changed" : "added",
        words: `hands on ${name} as ${one.after}${one.before ? `, no longer as ${one.before}` : ""}`,
      });
  }
  const [waited, waits] = [before.after ?? [], after.after ?? []];
  const [lost, added] = [waited.filter((id) => !waits.includes(id)), waits.filter((id) => !waited.includes(id))];
  if (added.length > 0) tell(["after"], { kind: "added", words: `waits for ${added.join(", ")}` });
  if (lost.length > 0) tell(["after"], { kind: "removed", words: `no longer waits for ${lost.join(", ")}` });
  if (lost.length + added.length === 0 && !same(before.after, after.after))
    tell(["after"], { kind: "changed", words: "says in another way for whom it waits, and means the same" });
  for (const key of ["params", "inputs", "outputs", "resources"] as const)
    if (
      Object.keys(before[key] ?? {}).length + Object.keys(after[key] ?? {}).length === 0 &&
      !same(before[key], after[key])
    )
      tell([key], { kind: "changed", words: `${key} is empty, as before` });
}
