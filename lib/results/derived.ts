import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
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
  const folder = path.join(places().cache, "derived");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const what = JSON.stringify([resultKey, query.sort ?? [], query.filter ?? [], query.search ?? ""]);
  if (Date.now() - trimmed > trimEveryMs) {
    trimmed = Date.now();
    void trimCache(folder, capBytes);
  }
  return path.join(folder, `${createHash("sha256").update(what).digest("hex")}`);
}
