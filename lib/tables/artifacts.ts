import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { Context } from "@/lib/access/context";
import { type Artifact, artifactFor, holdArtifact } from "@/lib/artifacts/data";
import { convertTable, UnreadableTable } from "@/lib/artifacts/table-process";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { derivedPath } from "@/lib/results/derived";
import type { Opened } from "./tables";

/** What a stage of a run published, as `<run>.<stage>.<output>`. @throws SluiceError saying what to do */
export async function openArtifact(person: Context, name: string): Promise<Opened> {
  const [id = "", stage = "", output = "", ...rest] = name.split(".");
  if (!output || rest.length > 0)
    throw new SluiceError(
      "invalid",
      'An artifact is named by its run, stage and output: artifacts."<run>.<stage>.<output>".',
    );
  const artifact = await artifactFor(person, { id, stage, output });
  if (!artifact.columns?.length) throw new SluiceError("invalid", `The output ${output} of ${stage} has no columns.`);
  const { columns } = artifact;
  const held = await holdArtifact(artifact);
  try {
    const files = artifact.format === "parquet" ? held.files : [await asParquet(artifact, held.files)];
    return {
      table: { columns, native: true, named: true, engine: "", files, execution: null },
      release: held.release,
    };
  } catch (error) {
    held.release();
    if (error instanceof UnreadableTable) throw new SluiceError("invalid", error.message);
    throw error;
  }
}

/** A file of the cache, made once. */
async function asParquet({ attempt, output, format }: Artifact, files: string[]): Promise<string> {
  const file = await derivedPath(attempt, `${output}.parquet`);
  if (existsSync(file)) return file;
  const aside = `${file}.${newId()}`;
  try {
    await convertTable({ files, from: format, to: "parquet", target: aside }, new AbortController().signal);
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
  return file;
}
