import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { newId } from "../ids";
import { trimCache } from "./cache";
import type { Held, Store } from "./store";

/** Of one result; a request waits for all of them, and others fetch at the same time. */
const parallelFetches = 4;

export interface S3Options {
  bucket: string;
  prefix: string;
  endpoint: string | undefined;
  /** Where `local()` keeps its copies. */
  cacheFolder: string;
  cacheBytes: number;
}

/** An S3-compatible store; credentials and region come from the SDK's own chain. */
export function s3Store(options: S3Options): Store {
  const client = new S3Client({
    ...(options.endpoint ? { endpoint: options.endpoint, forcePathStyle: true } : {}),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
  });
  const { bucket: Bucket } = options;
  const full = (key: string) => (options.prefix ? `${options.prefix}/${key}` : key);
  const fetching = new Map<string, Promise<string>>();
  /** Copies that somebody is going to open, and how many are. */
  const held = new Map<string, number>();

  async function upload(key: string, body: Readable | Buffer): Promise<void> {
    await new Upload({
      client,
      params: { Bucket, Key: full(key), Body: body },
      partSize: 8 << 20,
      queueSize: 2,
    }).done();
  }

  async function get(key: string): Promise<Readable> {
    const answer = await client.send(new GetObjectCommand({ Bucket, Key: full(key) }));
    if (!(answer.Body instanceof Readable)) throw new Error(`The store gave no stream for ${key}.`);
    return answer.Body;
  }

  async function* list(prefix: string): AsyncIterable<{ key: string; bytes: number; modified: Date }> {
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket, Prefix: full(prefix), ContinuationToken: token }),
      );
      for (const item of page.Contents ?? []) {
        if (item.Key) {
          const key = options.prefix ? item.Key.slice(options.prefix.length + 1) : item.Key;
          yield { key, bytes: item.Size ?? 0, modified: item.LastModified ?? new Date(0) };
        }
      }
      token = page.NextContinuationToken;
    } while (token);
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
      await upload(key, createReadStream(file));
      await rm(file, { force: true });
      return { bytes: size };
    },
    async put(key, body) {
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
      let batch: string[] = [];
      const flush = async () => {
        if (batch.length === 0) return;
        const answer = await client.send(
          new DeleteObjectsCommand({
            Bucket,
            Delete: { Objects: batch.map((key) => ({ Key: full(key) })), Quiet: true },
          }),
        );
        if (answer.Errors?.length) throw new Error(`The store kept ${answer.Errors.length} objects below ${prefix}.`);
        batch = [];
      };
      for await (const { key } of list(prefix)) {
        if (!isBelow(key, prefix)) continue;
        if (batch.push(key) === 1000) await flush();
      }
      await flush();
    },
    list,
    async check() {
      await client.send(new HeadBucketCommand({ Bucket }));
    },
  };
}
