import path from "node:path";
import { fileURLToPath } from "node:url";
import { env } from "../env";
import { localStore } from "./local";
import { s3Store } from "./s3";
import type { Store } from "./store";

const cacheBytes = 4 * 1024 ** 3;

export interface Places {
  /** Folders that a reader child may read. */
  folders: string[];
  /** Derived files and copies of remote objects. */
  cache: string;
  /** Pipes and half-written files. */
  scratch: string;
}

let opened: Store | undefined;

/** The folder that all processes share; null where the store is elsewhere. */
export function storeFolder(): string | null {
  const url = env().STORE_URL;
  if (!url) return path.resolve(env().SLUICE_HOME, "store");
  return url.startsWith("file:") ? fileURLToPath(url) : null;
}

export function places(): Places {
  const home = path.resolve(env().SLUICE_HOME);
  const folder = storeFolder();
  const cache = path.join(home, "cache");
  const scratch = path.join(home, "tmp");
  return { folders: folder ? [folder, cache, scratch] : [cache, scratch], cache, scratch };
}

/** The store named by STORE_URL: nothing or `file://…` is a folder, `s3://bucket/prefix` an S3-compatible service. */
export function store(): Store {
  if (opened) return opened;
  const folder = storeFolder();
  if (folder) {
    opened = localStore(folder);
    return opened;
  }
  const url = new URL(env().STORE_URL ?? "");
  if (url.protocol !== "s3:") throw new Error(`STORE_URL must begin with file:// or s3://, not ${url.protocol}//`);
  opened = s3Store({
    name: url.hostname,
    prefix: url.pathname.replace(/^\/+|\/+$/g, ""),
    endpoint: env().S3_ENDPOINT,
    cacheFolder: path.join(places().cache, "objects"),
    cacheBytes,
  });
  return opened;
}
