import { createReadStream, createWriteStream } from "node:fs";
import { access, constants, copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { newId } from "../ids";
import type { Store } from "./store";

/** A folder that web and workers share. Files are written aside and renamed, so a reader sees all or nothing. */
export function localStore(folder: string): Store {
  const root = path.resolve(folder);

  function place(key: string): string {
    const full = path.resolve(root, key);
    if (full !== root && !full.startsWith(root + path.sep)) throw new Error(`Key ${key} leaves the store.`);
    return full;
  }

  async function sync(file: string): Promise<void> {
    const handle = await open(file, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async function publish(aside: string, key: string): Promise<{ bytes: number }> {
    try {
      await sync(aside);
      const { size } = await stat(aside);
      await rename(aside, place(key));
      return { bytes: size };
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  async function asideOf(key: string): Promise<string> {
    const target = place(key);
    await mkdir(path.dirname(target), { recursive: true });
    return `${target}.${newId()}.part`;
  }

  async function* walk(folderPath: string): AsyncIterable<{ key: string; bytes: number; modified: Date }> {
    const entries = await readdir(folderPath, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const full = path.join(folderPath, entry.name);
      if (entry.isDirectory()) yield* walk(full);
      else {
        const info = await stat(full).catch(() => null);
        if (info)
          yield { key: path.relative(root, full).split(path.sep).join("/"), bytes: info.size, modified: info.mtime };
      }
    }
  }

  return {
    async putFile(key, file) {
      const aside = await asideOf(key);
      // Another file system (a mounted store) cannot be renamed into; then it is a copy.
      await rename(file, aside).catch(async () => {
        await copyFile(file, aside);
        await rm(file, { force: true });
      });
      return publish(aside, key);
    },
    async put(key, body) {
      const aside = await asideOf(key);
      if (body instanceof Readable) await pipeline(body, createWriteStream(aside, { mode: 0o600 }));
      else await writeFile(aside, body, { mode: 0o600 });
      return publish(aside, key);
    },
    async get(key) {
      await access(place(key));
      return createReadStream(place(key));
    },
    async local(key) {
      await access(place(key), constants.R_OK);
      return place(key);
    },
    // `local` gives the objects themselves.
    copies: async () => [],
    forget: async () => undefined,
    async remove(prefix) {
      await rm(place(prefix), { recursive: true, force: true });
    },
    list: (prefix) => walk(place(prefix)),
    async check() {
      const probe = place(`.check-${newId()}`);
      await mkdir(root, { recursive: true });
      await writeFile(probe, "ok");
      await rm(probe);
    },
  };
}
