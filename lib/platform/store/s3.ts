import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { newId } from "../ids";
import { trimCache } from "./cache";
import type { Bucket, s3Objects } from "./s3-objects";
import type { Held, Store } from "./store";

/** Of one result; a request waits for all of them, and others fetch at the same time. */
const parallelFetches = 4;

export interface S3Options extends Bucket {
  /** Where `local()` keeps its copies. */
  cacheFolder: string;
  cacheBytes: number;
}

/** An S3-compatible store. */
export function s3Store(options: S3Options): Store {
  let opened: Promise<ReturnType<typeof s3Objects>> | undefined;
  // Its SDK takes 35 MiB of every process, for a store that a small company does not have.
  const objects = () => {
    opened ??= import("./s3-objects").then((sdk) => sdk.s3Objects(options));
    return opened;
  };
  const fetching = new Map<string, Promise<string>>();
  /** Copies that somebody is going to open, and how many are. */
  const held = new Map<string, number>();

  async function get(key: string): Promise<Readable> {
    return (await objects()).get(key);
  }

  async function* list(prefix: string) {
    yield* (await objects()).list(prefix);
  }

  const copyOf = (key: string) => path.join(options.cacheFolder, Buffer.from(key).toString("base64url"));
  /** `a/b` does not have `a/bc` below it. */
  const isBelow = (key: string, prefix: string) =>
    key === prefix || key.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);

  async function copies(): Promise<string[]> {
    const names = await readdir(options.cacheFolder).catch(() => []);
    return names.filter((name) => !name.includes(".")).map((name) => Buffer.from(name, "base64url").toString());
  }

  async function forget(prefix: string): Promise<void> {
    for (const key of await copies()) if (isBelow(key, prefix)) await rm(copyOf(key), { force: true });
  }

  async function fetch(key: string, target: string): Promise<string> {
    const now = new Date();
    if (await stat(target).catch(() => null)) {
      await utimes(target, now, now);
      return target;
    }
    await mkdir(options.cacheFolder, { recursive: true });
    const aside = `${target}.${newId()}.part`;
    try {
      await pipeline(await get(key), createWriteStream(aside, { mode: 0o600 }));
      await rename(aside, target);
    } finally {
      await rm(aside, { force: true });
    }
    await trimCache(options.cacheFolder, options.cacheBytes, (file) => file === target || held.has(file));
    return target;
  }

  function local(key: string): Promise<string> {
    // A key's content never changes, so its name is the cache's address.
    const running = fetching.get(key) ?? fetch(key, copyOf(key)).finally(() => fetching.delete(key));
    fetching.set(key, running);
    return running;
  }

  async function hold(keys: string[]): Promise<Held> {
    const files = keys.map(copyOf);
    for (const file of files) held.set(file, (held.get(file) ?? 0) + 1);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      for (const file of files) {
        const others = (held.get(file) ?? 1) - 1;
        if (others > 0) held.set(file, others);
        else held.delete(file);
      }
    };
    const rest = [...keys];
    const next = async (): Promise<void> => {
      for (let key = rest.shift(); key !== undefined; key = rest.shift()) await local(key);
    };
    try {
      await Promise.all(Array.from({ length: parallelFetches }, next));
      return { files, release };
    } catch (error) {
      rest.length = 0;
      release();
      throw error;
    }
  }

  return {
    async putFile(key, file) {
      const { size } = await stat(file);
      const { upload } = await objects();
      await upload(key, createReadStream(file));
      await rm(file, { force: true });
      return { bytes: size };
    },
    async put(key, body) {
      // One that breaks before anybody reads it is no crash: its reader is told.
      if (body instanceof Readable) body.on("error", () => {});
      const { upload } = await objects();
      let bytes = 0;
      if (body instanceof Readable) body.on("data", (chunk: Buffer) => (bytes += chunk.length));
      else bytes = body.length;
      await upload(key, body);
      return { bytes };
    },
    get,
    local,
    hold,
    copies,
    forget,
    async remove(prefix) {
      await forget(prefix);
      const service = await objects();
      let batch: string[] = [];
      for await (const { key } of service.list(prefix)) {
        if (!isBelow(key, prefix)) continue;
        if (batch.push(key) < 1000) continue;
        await service.remove(batch);
        batch = [];
      }
      if (batch.length > 0) await service.remove(batch);
    },
    list,
    async check() {
      await (await objects()).check();
    },
  };
}
