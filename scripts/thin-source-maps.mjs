// Takes the sources out of Next's source maps, a process of its own since this fills one. Node keeps the whole map of
// every file that it loads, and no stack trace shows a line of source: 38 MB of a web process.
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";

const folder = process.argv[2];
for (const file of await readdir(folder, { recursive: true })) {
  if (!file.endsWith(".js.map")) continue;
  const map = JSON.parse(await readFile(path.join(folder, file), "utf8"));
  for (const part of map.sections?.map((section) => section.map) ?? [map]) delete part.sourcesContent;
  await writeFile(path.join(folder, file), JSON.stringify(map));
}
