import { createHash } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { trimCache } from "@/lib/platform/store/cache";
import { places } from "@/lib/platform/store/open";
import type { RowsQuery } from "./schema";

/** Orders and sorted copies of results: a cache by result, sort, filter and search, with a size cap. */
const capBytes = 4 * 1024 ** 3;
const trimEveryMs = 30_000;

let trimmed = 0;
const counts = new Map<string, number>();

export const knownCount = (file: string): number | null => counts.get(file) ?? null;

export function rememberCount(file: string, matching: number): void {
  if (counts.size > 5000) counts.clear();
  counts.set(file, matching);
}

export async function derivedFile(
  resultKey: string,
  query: Pick<RowsQuery, "sort" | "filter" | "search">,
): Promise<string> {
  const what = JSON.stringify([resultKey, query.sort ?? [], query.filter ?? [], query.search ?? ""]);
  return derivedPath(resultKey.split("/")[1] ?? "", createHash("sha256").update(what).digest("hex"));
}

/** A file of the cache. Its name begins with the statement, so that all of them can go when its rows do. */
export async function derivedPath(statementId: string, name: string): Promise<string> {
  const folder = derivedFolder();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (Date.now() - trimmed > trimEveryMs) {
    trimmed = Date.now();
    void trimCache(folder, capBytes);
  }
  return path.join(folder, `${statementId}.${name}`);
}

const derivedFolder = () => path.join(places().cache, "derived");

/** Names of the files here, by statement. */
export async function derivedFiles(): Promise<Map<string, string[]>> {
  const files = new Map<string, string[]>();
  for (const name of await readdir(derivedFolder()).catch(() => [])) {
    const statement = name.slice(0, Math.max(0, name.indexOf(".")));
    files.set(statement, [...(files.get(statement) ?? []), name]);
  }
  return files;
}

/** Removes every order and copy of one statement's rows. */
export async function forgetDerived(statementId: string): Promise<void> {
  for (const name of (await derivedFiles()).get(statementId) ?? [])
    await rm(path.join(derivedFolder(), name), { force: true });
}
