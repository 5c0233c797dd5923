import type { DraftDocument, DraftStage } from "@/components/pipelines/draft-document";
import { type Manifest, portsOf } from "@/lib/operators/schema";
import type { Change } from "@/lib/pipelines/rewrite";

/** What adding, renaming and removing a stage change in a pipeline's text. Pure. */

const refOf = ({ id, version }: Pick<Manifest, "id" | "version">): string => `${id}@${version.split(".")[0]}`;

/** Outputs that other stages may read, as `extract.rows`. */
export const outputsOf = (stage: DraftStage): string[] =>
  Object.keys(stage.outputs).map((output) => `${stage.id}.${output}`);

/** `extract`, `extract_2`, …: from the operator's name, and free. */
export function freeId({ stages }: Pick<DraftDocument, "stages">, operator: string): string {
  const base = operator.replaceAll("-", "_");
  const taken = new Set(stages.map(({ id }) => id));
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}_${n}`;
    if (!taken.has(id)) return id;
  }
}

/**
 * A stage of an operator behind the others. Its outputs are named, and where it wants rows it reads those of `from`, or
 * else of the last stage that has some: the most likely wish, and one choice to change.
 */
export function addStage(
  draft: DraftDocument,
  manifest: Manifest,
  from: string | null,
): { id: string; change: Change } {
  const id = freeId(draft, manifest.id);
  const outputs = portsOf(manifest.outputs);
  const inputs = portsOf(manifest.inputs);
  const near = draft.stages.find((stage) => stage.id === from && outputsOf(stage).length > 0);
  const producer = near ?? draft.stages.findLast((stage) => outputsOf(stage).length > 0);
  const [source] = producer ? outputsOf(producer) : [];
  const [wanted = inputs.further ? "rows" : undefined] = Object.keys(inputs.named);
  const named = Object.entries(outputs.named).map(([name, port]) => [name, port.format ?? "parquet"]);
  const own = named.length === 0 && outputs.further ? [["rows", outputs.further.format ?? "parquet"]] : named;
  const stage = {
    id,
    operator: refOf(manifest),
    ...(wanted && source ? { inputs: { [wanted]: source } } : {}),
    ...(own.length > 0 ? { outputs: Object.fromEntries(own) } : {}),
  };
  return { id, change: { path: ["stages", draft.stages.length + draft.unread], value: stage } };
}

/** Another id, and the same in every place that names it. */
export function renameStage(draft: DraftDocument, stage: DraftStage, id: string): Change[] {
  const changes: Change[] = [{ path: ["stages", stage.at, "id"], value: id }];
  if (stage.id === "") return changes;
  for (const other of draft.stages) {
    for (const [name, { from, format }] of Object.entries(other.inputs)) {
      const [before, output] = from.split(".");
      if (before !== stage.id) continue;
      const path = ["stages", other.at, "inputs", name, ...(format ? ["from"] : [])];
      changes.push({ path, value: `${id}.${output}` });
    }
    for (const [n, before] of other.after.entries())
      if (before === stage.id) changes.push({ path: ["stages", other.at, "after", n], value: id });
  }
  return changes;
}

/** Without a stage, and without what read from it or waited for it. */
export function removeStage(draft: DraftDocument, stage: DraftStage): Change[] {
  const changes: Change[] = [];
  for (const other of draft.stages) {
    if (other.at === stage.at) continue;
    for (const [name, { from }] of Object.entries(other.inputs))
      if (from.split(".")[0] === stage.id)
        changes.push({ path: ["stages", other.at, "inputs", name], value: undefined });
    if (other.after.includes(stage.id)) {
      const left = other.after.filter((id) => id !== stage.id);
      changes.push({ path: ["stages", other.at, "after"], value: left.length > 0 ? left : undefined });
    }
  }
  return [...changes, { path: ["stages", stage.at], value: undefined }];
}
