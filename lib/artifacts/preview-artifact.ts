import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { SluiceError } from "@/lib/platform/errors";
import { type ArtifactPlace, artifactFor, holdArtifact } from "./data";
import type { ArtifactRows } from "./schema";
import { readHead, UnreadableTable } from "./table-process";

/** The first rows of what a stage published. @throws SluiceError not_found, gone, invalid where it cannot be read */
export async function previewArtifact(
  ctx: Context,
  place: ArtifactPlace,
  limit: number,
  signal: AbortSignal,
): Promise<ArtifactRows> {
  allow(ctx, "pipeline.read");
  const artifact = await artifactFor(ctx, place);
  const held = await holdArtifact(artifact);
  try {
    const { columns, rows } = await readHead({ files: held.files, from: artifact.format }, limit, signal);
    const known = artifact.columns ?? columns;
    return {
      // Of a file of texts the types are those of all its rows, and not of the first.
      columns: columns.map(({ name, type }) => ({
        name,
        type: known.find((one) => one.name === name)?.type ?? type,
      })),
      rows,
      rowCount: artifact.rows,
      truncated: artifact.rows === null ? rows.length === limit : artifact.rows > rows.length,
    };
  } catch (error) {
    if (error instanceof UnreadableTable) throw new SluiceError("invalid", error.message);
    throw error;
  } finally {
    held.release();
  }
}
