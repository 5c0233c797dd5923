import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { Failure } from "../failure";

/** What a backup says of itself, in `backup.json`, which is written last: a folder without it is no backup. */
export const manifestSchema = z.object({
  format: z.literal(1),
  madeAt: z.string(),
  /** Of whoever made it. */
  release: z.string(),
  database: z
    .object({
      server: z.string(),
      migrations: z.array(z.string()),
      tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.number() })),
      partitions: z.array(z.object({ name: z.string(), of: z.string(), bound: z.string() })),
      sequences: z.array(z.object({ name: z.string(), value: z.string() })),
    })
    .nullable(),
  store: z.object({ objects: z.array(z.object({ key: z.string(), bytes: z.number() })) }).nullable(),
  /** A text that the keys of this installation open, to tell at once whether those at hand are the same. */
  sealed: z.string(),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const sealedFor = "backup";
const file = (folder: string) => path.join(folder, "backup.json");

export const tableFile = (folder: string, name: string): string => path.join(folder, "database", `${name}.copy.gz`);
export const objectFile = (folder: string, key: string): string => path.join(folder, "store", ...key.split("/"));

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(file(folder), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** @throws Failure when the folder holds no whole backup of a format that this release knows */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(file(folder), "utf8").catch(() => {
    throw new Failure(`${folder} holds no whole backup: there is no backup.json in it.`);
  });
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    throw new Failure(`${file(folder)} is no JSON.`);
  }
  const manifest = manifestSchema.safeParse(said);
  if (!manifest.success)
    throw new Failure(`${file(folder)} is not of a format that this release reads. Use the release that made it.`);
  return manifest.data;
}
