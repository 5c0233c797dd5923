import type { Readable } from "node:stream";

export interface Held {
  files: string[];
  release(): void;
}

/**
 * Where results live: a local folder that web and workers share, or S3. Keys are `/`-separated, made by us
 * only. A key that was put is never changed, so readers may cache it for ever.
 */
export interface Store {
  /** Uploads a finished local file (it may be moved away). Visible whole or not at all. */
  putFile(key: string, path: string): Promise<{ bytes: number }>;
  put(key: string, body: Readable | Buffer): Promise<{ bytes: number }>;
  get(key: string): Promise<Readable>;
  /** A local path with the object's content, for DuckDB: the file itself, or a copy in a size-capped cache. */
  local(key: string): Promise<string>;
  /** Local paths of several, in order, which stay until `release`, whatever the cache's cap. */
  hold(keys: string[]): Promise<Held>;
  /** Keys of which `local` keeps a copy on this machine. */
  copies(): Promise<string[]>;
  /** Removes the copies on this machine of what is below the prefix; the objects stay. */
  forget(prefix: string): Promise<void>;
  /** Removes every object below the prefix, and this machine's copies; removing what is not there is fine. */
  remove(prefix: string): Promise<void>;
  /** Lists keys below the prefix. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number; modified: Date }>;
  /** Rejects when the store cannot be reached or written. */
  check(): Promise<void>;
}
