import type { Context } from "@/lib/access/context";
import { operatorOf } from "@/lib/operators/catalogue";
import type { PipelineDocument } from "@/lib/pipelines/schema";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";

/** A published pipeline of this person's, as publishing one would leave it. */
export async function buildPipeline(
  ctx: Context,
  document: Omit<PipelineDocument, "name"> & { name?: string },
  values: { teamId?: string; byAdmin?: boolean; warehouses?: string[] } = {},
) {
  const id = newId();
  const name = document.name ?? `pipeline-${id}`;
  const pins: Record<string, object> = {};
  for (const { operator } of document.stages) {
    const found = await operatorOf(operator);
    if (!found) throw new Error(`there is no operator ${operator}`);
    pins[operator] = { manifest: found.manifest, digest: null };
  }
  const { teamId = null, byAdmin = false, warehouses = [] } = values;
  await db().pipeline.create({ data: { id, name, ownerId: ctx.user.id, teamId, warehouses } });
  await db().pipelineVersion.create({
    data: {
      ...{ pipelineId: id, number: 1, text: "", byAdmin, authorId: ctx.user.id },
      ...{ document: { ...document, name } as object, pins: pins as object },
    },
  });
  return { id, name };
}

/** A file that a pipeline keeps; nothing lies in the store. */
export async function buildStoredFile(pipeline: string, run: string): Promise<string> {
  const { id: pipelineId, ownerId } = await db().pipeline.findUniqueOrThrow({ where: { name: pipeline } });
  const id = newId();
  const what = { path: `sales/${id}.csv`, storeKey: `files/${id}`, format: "csv", bytes: 4n, rows: 1n, sha256: "" };
  await db().storedFile.create({
    data: { id, pipelineId, home: ownerId, ...what, runId: run, stage: "a", fencingToken: 1n },
  });
  return id;
}

/** A pipeline with a parameter `name`, and a run of it that has failed. */
export async function buildFailedRun(ctx: Context): Promise<{ pipeline: string; run: string }> {
  const parameters = { name: { type: "text" as const, default: "x" } };
  const { id, name } = await buildPipeline(ctx, { parameters, stages: [{ id: "a", operator: "noop@1" }] });
  const run = newId();
  const at = new Date("2026-01-31T00:00:00Z");
  await db().run.create({
    data: {
      ...{ id: run, pipelineId: id, version: 1, state: "failed", trigger: "manual", userId: ctx.user.id, toldAt: at },
      ...{ intervalFrom: at, intervalTo: new Date("2026-02-01T00:00:00Z"), timeZone: "UTC" },
      stages: { create: { stage: "a", position: 0, operator: "noop@1.0.0", state: "failed" } },
    },
  });
  return { pipeline: name, run };
}

/** What the run's stage `a` has published under the name `rows`, a file of text; nothing lies in the store. */
export async function buildArtifact(run: string): Promise<void> {
  const id = newId();
  const files = [{ name: "all.csv", bytes: 4, sha256: "" }];
  await db().attempt.create({
    data: {
      ...{ id, runId: run, stage: "a", number: 1, state: "succeeded", lane: 2, userId: "" },
      artifacts: { create: { output: "rows", format: "csv", files, bytes: 4n, rows: 1n } },
    },
  });
  await db().runStage.updateMany({ where: { runId: run, stage: "a" }, data: { state: "succeeded", attemptId: id } });
}
