import { chmod, copyFile, link, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { sourceOf } from "@/lib/pipelines/graph";
import { isMissing } from "@/lib/platform/store/missing";
import { store } from "@/lib/platform/store/open";
import { artifactKey } from "@/lib/runs/artifacts";
import type { stageInput } from "@/lib/runs/context";
import type { StartedAttempt, UpstreamArtifact } from "@/lib/runs/lease";
import type { OwnAttempt } from "./own-attempt";
import { storeAnswers, withStore } from "./patience";
import type { Plan } from "./plan";
import { StageFailure } from "./stage-failure";
import { convertTable } from "./tables";

type StageInput = z.infer<typeof stageInput>;

/** Puts every input into its folder, in the format that the stage wants; the producer's own files where it wants no other. */
export async function placeInputs(
  own: OwnAttempt,
  started: StartedAttempt,
  { stage, wants }: Pick<Plan, "stage" | "wants">,
  folder: string,
): Promise<Record<string, StageInput>> {
  const inputs: Record<string, StageInput> = {};
  for (const [name, input] of Object.entries(stage.inputs ?? {})) {
    const source = sourceOf(input);
    const artifact = started.artifacts.find((one) => one.stage === source.stage && one.output === source.output);
    if (!artifact)
      throw new StageFailure(
        {
          cause: "input",
          message: `The stage ${source.stage} published no output ${source.output}.`,
          hint: `Run ${source.stage} again.`,
        },
        "final",
      );
    const format = (typeof input === "string" ? undefined : input.format) ?? wants(name) ?? artifact.format;
    const target = path.join(folder, name);
    await mkdir(target);
    const files = await withStore(own, () =>
      format === artifact.format ? linkFiles(artifact, target) : converted(artifact, format, target, own.stopped),
    );
    inputs[name] = {
      format,
      path: name,
      files,
      rows: artifact.rows,
      ...(artifact.columns ? { columns: artifact.columns } : {}),
    };
  }
  return inputs;
}

/** The store's own file under another name where both are on one disk, else a copy; read-only either way, and whole. */
export async function placed(from: string, to: string): Promise<void> {
  // What an earlier try has left there may be a part.
  await rm(to, { force: true });
  await link(from, to).catch(() => copyFile(from, to));
  await chmod(to, 0o444);
}

async function linkFiles(artifact: UpstreamArtifact, target: string): Promise<string[]> {
  const held = await hold(artifact);
  try {
    for (const [n, { name }] of artifact.files.entries()) await placed(held.files[n] ?? "", path.join(target, name));
  } finally {
    held.release();
  }
  return artifact.files.map(({ name }) => name);
}

async function converted(
  artifact: UpstreamArtifact,
  format: UpstreamArtifact["format"],
  target: string,
  signal: AbortSignal,
): Promise<string[]> {
  const held = await hold(artifact);
  const name = `${artifact.output}.${format}`;
  try {
    await convertTable(
      { files: held.files, from: artifact.format, to: format, target: path.join(target, name) },
      signal,
    );
  } finally {
    held.release();
  }
  return [name];
}

async function hold(artifact: UpstreamArtifact) {
  const keys = artifact.files.map(({ name }) => artifactKey(artifact.attempt, artifact.output, name));
  try {
    return await store().hold(keys);
  } catch (error) {
    if (isMissing(error) && (await storeAnswers()))
      throw new StageFailure(
        {
          cause: "input",
          message: `The output ${artifact.output} of ${artifact.stage} is not kept any more.`,
          hint: `Run ${artifact.stage} again.`,
        },
        "final",
      );
    throw error;
  }
}
