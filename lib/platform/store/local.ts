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

  async function sync(file: string, flags: "r" | "r+"): Promise<void> {
    const handle = await open(file, flags);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  interface Aside {
    file: string;
    /** The first folder that had to be made for it. */
    made: string | undefined;
  }

  async function publish({ file, made }: Aside, key: string): Promise<{ bytes: number }> {
    await sync(file, "r+");
    const { size } = await stat(file);
    await rename(file, place(key));
    // A name is on disk when its folder is, and a new folder's own name when the one above is.
    const last = made ? path.dirname(made) : path.dirname(place(key));
    for (let folder = path.dirname(place(key)); ; folder = path.dirname(folder)) {
      await sync(folder, "r");
      if (folder === last) return { bytes: size };
    }
  }

  async function asideOf(key: string): Promise<Aside> {
    const target = place(key);
    const made = await mkdir(path.dirname(target), { recursive: true });
    return { file: `${target}.${newId()}.part`, made };
  }

  async function* walk(folderPath: string): AsyncIterable<{ key: string; bytes: number; modified: Date }> {
    const entries = await readdir(folderPath, { withFileTypes: true }).catch(async (error: NodeJS.ErrnoException) => {
      // No folder, or one that was just removed; what is no store any more lists nothing either, and says so.
      if (error.code === "ENOENT" || (error.code === "ENOTDIR" && (await stat(root)).isDirectory())) return [];
      throw error;
    });
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
      const moved = await rename(file, aside.file).then(
        () => true,
        () => false,
      );
      try {
        // Another file system (a mounted store) cannot be renamed into; then it is a copy.
        if (!moved) await copyFile(file, aside.file);
        const put = await publish(aside, key);
        if (!moved) await rm(file, { force: true });
        return put;
      } catch (error) {
        // Whoever tries again finds the file where it was.
        if (moved) await rename(aside.file, file).catch(() => undefined);
        else await rm(aside.file, { force: true });
        throw error;
      }
    },
    async put(key, body) {
      const aside = await asideOf(key);
      try {
        if (body instanceof Readable) await pipeline(body, createWriteStream(aside.file, { mode: 0o600 }));
        else await writeFile(aside.file, body, { mode: 0o600 });
        return await publish(aside, key);
      } catch (error) {
        await rm(aside.file, { force: true });
        throw error;
      }
    },
    async get(key) {
      await access(place(key));
      return createReadStream(place(key));
    },
    async local(key) {
      await access(place(key), constants.R_OK);
      return place(key);
    },
    async hold(keys) {
      for (const key of keys) await access(place(key), constants.R_OK);
      return { files: keys.map(place), release: () => undefined };
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
