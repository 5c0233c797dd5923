import { text } from "node:stream/consumers";
import { z } from "zod";
import { store } from "@/lib/platform/store/open";

const manifestSchema = z.object({
  version: z.literal(1),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  timeZone: z.string(),
  rows: z.number().int(),
  bytes: z.number().int(),
  /** Cells over 1 MiB, kept as objects of their own; the file has their beginning. */
  largeCells: z.array(
    z.object({ row: z.number().int(), column: z.number().int(), key: z.string(), bytes: z.number().int() }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type LargeCell = Manifest["largeCells"][number];

export const dataKey = (resultKey: string) => `${resultKey}/data.parquet`;
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
