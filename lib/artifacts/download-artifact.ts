import type { Context } from "@/lib/access/context";
import { allow, refuseWhileViewing } from "@/lib/access/policy";
import { requireRight } from "@/lib/access/rights";
import { type FileStream, mediaTypes } from "@/lib/files/stream";
import { invalidAt } from "@/lib/platform/errors";
import { goneIfMissing } from "@/lib/platform/store/missing";
import { store } from "@/lib/platform/store/open";
import { artifactKey } from "@/lib/runs/artifacts";
import { type ArtifactPlace, artifactFor, goneWords } from "./data";

/**
 * A file of what a stage published, as the stage wrote it.
 * @param file its name; may be left out where there is one
 * @throws SluiceError not_found, forbidden without the right to download, invalid at `file`, gone
 */
export async function downloadArtifact(ctx: Context, place: ArtifactPlace, file?: string): Promise<FileStream> {
  allow(ctx, "pipeline.read");
  refuseWhileViewing(ctx);
  const artifact = await artifactFor(ctx, place);
  await requireRight(ctx, "download");
  const { attempt, output, stage, files, format } = artifact;
  const [only] = files;
  const found = file === undefined && files.length === 1 ? only : files.find(({ name }) => name === file);
  if (!found) throw invalidAt("file", `Say which file of ${output} you want, one of ${namesOf(files)}.`);
  const body = await store()
    .get(artifactKey(attempt, output, found.name))
    .catch(goneIfMissing(goneWords(artifact)));
  return { body, type: mediaTypes[format], bytes: found.bytes, name: `${stage}.${output}.${found.name}` };
}

const shown = 20;

const namesOf = (files: { name: string }[]): string =>
  `${files
    .slice(0, shown)
    .map(({ name }) => name)
    .join(", ")}${files.length > shown ? ", …" : ""}`;
