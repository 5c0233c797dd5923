import { dryOf, type Manifest } from "@/lib/operators/schema";
import { edgesInto } from "@/lib/pipelines/graph";
import type { PipelineDocument, Stage } from "@/lib/pipelines/schema";

/** Stages that are asked for: the last one and those before it; without one all. Pure. */
export function askedFor({ stages }: Pick<PipelineDocument, "stages">, until: string | null): Set<string> {
  if (until === null) return new Set(stages.map(({ id }) => id));
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const found = new Set<string>();
  const open = [until];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const stage = byId.get(id);
    if (!stage || found.has(id)) continue;
    found.add(id);
    open.push(...edgesInto(stage).map(({ from }) => from));
  }
  return found;
}

/**
 * Stages that a try leaves out, each with the reason in words: what might leave a trace outside, and what needs the outputs
 * of one of those. Where only the order counts, nothing is left out for another. Pure.
 */
export function leftOut(
  document: Pick<PipelineDocument, "stages">,
  manifestOf: (stage: Stage) => Pick<Manifest, "title" | "dry" | "connections" | "network">,
): Map<string, string> {
  const left = new Map<string, string>();
  for (const stage of document.stages) {
    const manifest = manifestOf(stage);
    if (dryOf(manifest, stage.params) === "skipped")
      left.set(stage.id, `Left out of a try: “${manifest.title}” may write, or reach what is outside.`);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const stage of document.stages) {
      const missing = edgesInto(stage).find(({ from, output }) => output !== null && left.has(from));
      if (!missing || left.has(stage.id)) continue;
      left.set(stage.id, `Left out of a try: it needs the output of ${missing.from}, which is left out.`);
      changed = true;
    }
  }
  return left;
}
