import type { Manifest } from "@/lib/operators/schema";
import { type Json, resolveEnv, type Scope, TemplateError } from "@/lib/pipelines/interpolation";
import { type ResolvedStage, resolveStage } from "@/lib/pipelines/resolve-stage";
import type { Stage } from "@/lib/pipelines/schema";
import type { StartedAttempt } from "@/lib/runs/lease";
import { runKeyOf, runUrl } from "@/lib/runs/url";
import { lexisOf } from "@/lib/warehouses/lexis";
import { StageFailure } from "./stage-failure";

/** A stage's parameters as its program gets them. @throws StageFailure, which no other try would come around */
export function fillParams(
  started: StartedAttempt,
  stage: Stage,
  manifest: Manifest,
  engines: Map<string, string>,
): ResolvedStage {
  const answer = resolveStage(manifest, (stage.params ?? {}) as Record<string, Json>, scopeOf(started), (warehouse) =>
    lexisOf(engines.get(warehouse ?? "") ?? "duckdb"),
  );
  if (answer.ok) return answer.stage;
  const [first] = answer.problems;
  throw refused(first?.message ?? "Its parameters cannot be filled in.", first?.fix, first?.field);
}

const refused = (message: string, hint?: string, field?: string) =>
  new StageFailure({ cause: "template", message, ...(hint ? { hint } : {}), ...(field ? { field } : {}) }, "final");

function scopeOf(started: StartedAttempt): Scope {
  const { run, pipeline, document, upstream, stage } = started;
  const base = {
    interval: { from: new Date(run.from).toISOString(), to: new Date(run.to).toISOString(), timeZone: run.timeZone },
    run: { id: run.id, url: runUrl(run.id), trigger: run.trigger, attempt: started.number, key: runKeyOf(started) },
    pipeline: { name: pipeline.name, version: run.version },
    var: {},
    params: run.params,
  };
  const handed = Object.entries(upstream).map(([id, one]) => [
    id,
    { params: (one.handed ?? {}) as Record<string, Json> },
  ]);
  try {
    const env = resolveEnv(document.env ?? {}, base);
    return { ...base, env, stage: { id: stage }, stages: Object.fromEntries(handed) };
  } catch (error) {
    if (error instanceof TemplateError) throw refused(error.message, error.fix, "env");
    throw error;
  }
}
