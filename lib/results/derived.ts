import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
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
  void trim(folder);
  return path.join(folder, `${createHash("sha256").update(what).digest("hex")}`);
}

/** Removes what was used longest ago until the cache fits; a file in use stays readable after its name is gone. */
async function trim(folder: string): Promise<void> {
  if (Date.now() - trimmed < trimEveryMs) return;
  trimmed = Date.now();
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const file = path.join(folder, name);
      const info = await stat(file).catch(() => null);
      return { file, size: info?.size ?? 0, used: info?.mtimeMs ?? 0 };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size } of files.sort((a, b) => a.used - b.used)) {
    if (total <= capBytes) return;
    await rm(file, { force: true });
    total -= size;
  }
}
