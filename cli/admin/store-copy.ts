import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { store } from "@/lib/platform/store/open";
import { exits, Failure } from "../failure";
import { type Manifest, objectFile } from "./manifest";

type Objects = NonNullable<Manifest["store"]>["objects"];

/** Copies every object into the folder. One that expires meanwhile is left out: the database's copy is older than this. */
export async function dumpStore(folder: string): Promise<{ objects: Objects }> {
  const objects: Objects = [];
  for await (const { key } of store().list("")) {
    const file = objectFile(folder, key);
    await mkdir(path.dirname(file), { recursive: true });
    try {
      await pipeline(await store().get(key), createWriteStream(file));
    } catch (error) {
      if (await isThere(key)) throw error;
      continue;
    }
    objects.push({ key, bytes: (await stat(file)).size });
  }
  return { objects };
}

async function isThere(key: string): Promise<boolean> {
  for await (const found of store().list(key)) if (found.key === key) return true;
  return false;
}

/** @throws Failure when there is what the backup does not have: it would be nobody's, and swept up */
export async function refuseOthers(objects: Objects): Promise<void> {
  const own = new Set(objects.map(({ key }) => key));
  for await (const { key } of store().list(""))
    if (!own.has(key))
      throw new Failure(`The store is not empty: it has ${key}. Restore needs an empty one; name it by STORE_URL.`);
}

export async function loadStore(folder: string, objects: Objects): Promise<void> {
  for (const { key, bytes } of objects) {
    const file = objectFile(folder, key);
    const there = await stat(file).catch(() => null);
    if (there?.size !== bytes)
      throw new Failure(
        `${file} has ${there?.size ?? "no"} bytes; ${bytes} were written. The backup is damaged.`,
        exits.failed,
      );
    await store().put(key, createReadStream(file));
  }
}
