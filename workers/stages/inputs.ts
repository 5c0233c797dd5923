import { chmod, copyFile, link, mkdir } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { sourceOf } from "@/lib/pipelines/graph";
import type { Stage } from "@/lib/pipelines/schema";
import { store } from "@/lib/platform/store/open";
import { artifactKey } from "@/lib/runs/artifacts";
import type { stageInput } from "@/lib/runs/context";
import type { StartedAttempt, UpstreamArtifact } from "@/lib/runs/lease";
import { StageFailure } from "./stage-failure";
import { convertTable } from "./tables";

type StageInput = z.infer<typeof stageInput>;

/** Puts every input into its folder, in the format that the stage wants; the producer's own files where it wants no other. */
export async function placeInputs(
  started: StartedAttempt,
  stage: Stage,
  wants: (input: string) => UpstreamArtifact["format"] | undefined,
  folder: string,
  signal: AbortSignal,
): Promise<Record<string, StageInput>> {
  const placed: Record<string, StageInput> = {};
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
    const files =
      format === artifact.format
        ? await linkFiles(artifact, target)
        : await converted(artifact, format, target, signal);
    placed[name] = {
      format,
      path: name,
      files,
      rows: artifact.rows,
      ...(artifact.columns ? { columns: artifact.columns } : {}),
    };
  }
  return placed;
}

/** The store's own file under another name where both are on one disk, else a copy; read-only either way. */
async function linkFiles(artifact: UpstreamArtifact, target: string): Promise<string[]> {
  const held = await hold(artifact);
  try {
    for (const [n, { name }] of artifact.files.entries()) {
      const [from, to] = [held.files[n] ?? "", path.join(target, name)];
      await link(from, to).catch(() => copyFile(from, to));
      await chmod(to, 0o444);
    }
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
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || (error as Error).name === "NoSuchKey")
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
