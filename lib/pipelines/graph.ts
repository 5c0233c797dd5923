import type { PipelineDocument, Stage, StageInput } from "./schema";

/** What runs before what. Inputs and `after` are the edges; nobody says "parallel". Pure. */

export interface Edge {
  from: string;
  to: string;
  /** The output that is handed over, and as which input; null where only the order counts. */
  output: string | null;
  input: string | null;
}

type Staged = Pick<PipelineDocument, "stages">;

/** `extract.events`, however the input is written. */
export function sourceOf(input: StageInput): { stage: string; output: string } {
  const [stage = "", output = ""] = (typeof input === "string" ? input : input.from).split(".");
  return { stage, output };
}

/** Edges into one stage. */
export function edgesInto(stage: Pick<Stage, "id" | "inputs" | "after">): Edge[] {
  const given = Object.entries(stage.inputs ?? {}).map(([input, from]) => {
    const { stage: before, output } = sourceOf(from);
    return { from: before, to: stage.id, output, input };
  });
  const ordered = (stage.after ?? []).map((from) => ({ from, to: stage.id, output: null, input: null }));
  return [...given, ...ordered];
}

export const edges = ({ stages }: Staged): Edge[] => stages.flatMap(edgesInto);

type Neighbours = ReadonlyMap<string, ReadonlySet<string>>;

const known = new WeakMap<Stage[], Neighbours>();

/** Stages directly before each; of what does not exist nothing. Kept with the stages, which are asked about one by one. */
function befores({ stages }: Staged): Neighbours {
  const kept = known.get(stages);
  if (kept) return kept;
  const found = new Map(stages.map(({ id }) => [id, new Set<string>()]));
  for (const { from, to } of edges({ stages })) if (found.has(from)) found.get(to)?.add(from);
  known.set(stages, found);
  return found;
}

/**
 * Stages that can start together, level by level: each stands one below the lowest that it waits for. What is in a
 * circle, or below one, is in no level.
 */
export function levels(document: Staged): string[][] {
  const waits = new Map([...befores(document)].map(([id, all]) => [id, new Set(all)]));
  const after = new Map<string, string[]>();
  for (const [id, all] of waits) for (const before of all) after.set(before, [...(after.get(before) ?? []), id]);
  const found: string[][] = [];
  for (let level = [...waits].filter(([, all]) => all.size === 0).map(([id]) => id); level.length > 0; ) {
    found.push(level);
    const next: string[] = [];
    for (const id of level)
      for (const below of after.get(id) ?? []) {
        waits.get(below)?.delete(id);
        if (waits.get(below)?.size === 0) next.push(below);
      }
    level = next;
  }
  return found;
}

/** One circle for each knot of stages that wait for each other, in order: `["a", "b", "a"]`. */
export function cycles(document: Staged): string[][] {
  const waits = befores(document);
  const done = new Set<string>();
  const found: string[][] = [];
  for (const start of waits.keys()) {
    // By hand and not by recursion: a chain may be longer than the stack is deep.
    const path: string[] = [];
    const open: (string | null)[] = [start];
    const on = new Set<string>();
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === null) {
        const left = path.pop() as string;
        on.delete(left);
        done.add(left);
      } else if (on.has(id)) {
        found.push([...path.slice(path.indexOf(id)), id].reverse());
      } else if (!done.has(id)) {
        path.push(id);
        on.add(id);
        open.push(null, ...(waits.get(id) ?? []));
      }
    }
  }
  return found;
}

/** All that stand before a stage, near or far; of a circle also itself. */
export function upstream(document: Staged, id: string): Set<string> {
  return reach(befores(document), id);
}

/** All that wait for a stage, near or far. */
export function downstream(document: Staged, id: string): Set<string> {
  const after = new Map<string, Set<string>>();
  for (const [below, all] of befores(document))
    for (const before of all) after.set(before, (after.get(before) ?? new Set()).add(below));
  return reach(after, id);
}

function reach(next: Neighbours, id: string): Set<string> {
  const found = new Set<string>();
  const open = [...(next.get(id) ?? [])];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    open.push(...(next.get(one) ?? []));
  }
  return found;
}
