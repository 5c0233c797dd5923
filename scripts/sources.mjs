// Tells whether something has to be made again: a hash over its sources, kept beside what was made.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

function* walk(entry) {
  if (!existsSync(entry)) return;
  if (statSync(entry).isFile()) {
    yield entry;
    return;
  }
  for (const name of readdirSync(entry).sort()) {
    if (name === "node_modules" || name === "generated" || name.startsWith(".") || /\.test\.tsx?$/.test(name)) continue;
    yield* walk(path.join(entry, name));
  }
}

/** Hash of the names and contents of all files in `entries` (files and folders). */
export function hashOf(entries) {
  const hash = createHash("sha256").update(process.version);
  for (const entry of entries)
    for (const file of walk(entry)) hash.update(file).update("\0").update(readFileSync(file));
  return hash.digest("hex");
}

/** Runs `make` unless `stamp` says that it was made from the same sources, and `made` is there. Answers whether it ran. */
export async function unlessFresh(stamp, entries, make, made = []) {
  const wanted = hashOf(entries);
  if (made.every((file) => existsSync(file)) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted)
    return false;
  await make();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}
