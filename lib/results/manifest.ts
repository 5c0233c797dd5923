import { text } from "node:stream/consumers";
import { z } from "zod";
import { store } from "@/lib/platform/store/open";
import type { StoredPart } from "./stored";

const manifestSchema = z.object({
  version: z.literal(2),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  timeZone: z.string(),
  rows: z.number().int(),
  bytes: z.number().int(),
  /** Rows of each Parquet file, in order: a result is cut so that storing it takes the same memory whatever its size. */
  parts: z.array(z.number().int()),
  /** Cells over 1 MiB, kept as objects of their own; the file has their beginning. */
  largeCells: z.array(
    z.object({ row: z.number().int(), column: z.number().int(), key: z.string(), bytes: z.number().int() }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type LargeCell = Manifest["largeCells"][number];

export const partKey = (resultKey: string, part: number) => `${resultKey}/rows-${part}.parquet`;
const manifestKey = (resultKey: string) => `${resultKey}/manifest.json`;

export async function writeManifest(resultKey: string, manifest: Manifest): Promise<void> {
  await store().put(manifestKey(resultKey), Buffer.from(JSON.stringify(manifest)));
}

const known = new Map<string, Manifest>();

/** A manifest never changes; the last few hundred are kept parsed. */
export async function readManifest(resultKey: string): Promise<Manifest> {
  const cached = known.get(resultKey);
  if (cached) return cached;
  const manifest = manifestSchema.parse(JSON.parse(await text(await store().get(manifestKey(resultKey)))));
  if (known.size > 300) known.clear();
  known.set(resultKey, manifest);
  return manifest;
}

export interface HeldParts {
  parts: StoredPart[];
  /** To be called when nobody opens the files any more: until then they stay. */
  release(): void;
}

/**
 * The files of a stored result, on this machine until released; of rows without a sort or filter only those that hold the window, so
 * that a page needs no more of a remote store than it shows.
 */
export async function storedParts(resultKey: string, window?: { offset: number; limit: number }): Promise<HeldParts> {
  const manifest = await readManifest(resultKey);
  let first = 0;
  const parts = manifest.parts.map((rows): StoredPart => {
    const part = { file: "", first, rows };
    first += rows;
    return part;
  });
  const needed = parts.flatMap((part, i) => {
    const inside = !window || (part.first < window.offset + window.limit && part.first + part.rows > window.offset);
    return inside ? [{ part, key: partKey(resultKey, i) }] : [];
  });
  const { files, release } = await store().hold(needed.map(({ key }) => key));
  for (const [i, { part }] of needed.entries()) part.file = files[i] ?? "";
  return { parts, release };
}
