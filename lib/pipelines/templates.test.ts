import { expect, it } from "vitest";
import { catalogue } from "@/lib/operators/catalogue";
import { parseDocument } from "./document";
import { lint } from "./lint";
import { templates } from "./templates";

/** What people fill in, by the template. */
const asked: Record<string, string[]> = {
  "replicate-every-night": ["copy source", "copy source_table", "copy warehouse", "copy table"],
  "daily-metric": ["count warehouse", "count table"],
  "query-to-table": ["extract warehouse", "load warehouse", "load table", "load time_column"],
  "upload-a-sheet": ["read file", "write warehouse", "write table"],
  "check-and-alert": ["check warehouse", "check table"],
};

it("offers what its operators are there for", async () => {
  const manifests = await catalogue();
  expect(templates(manifests).map(({ id }) => id)).toEqual(Object.keys(asked));
  expect(templates([{ id: "expect" }]).map(({ id }) => id)).toEqual(["check-and-alert"]);
});

it.each(Object.keys(asked))("asks in %s for what only the person knows, and for nothing else", async (id) => {
  const manifests = await catalogue();
  const template = templates(manifests).find((one) => one.id === id);
  const read = parseDocument(template?.text ?? "", "yaml");
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const missing = lint(read.document, { manifests });
  expect(missing.map(({ stage, field }) => `${stage} ${field.split("/").at(-1)}`)).toEqual(asked[id]);
  for (const { message } of missing) expect(message).toMatch(/ is missing\.$/);
  for (const { id: stage, params = {} } of read.document.stages)
    for (const one of asked[id] ?? [])
      if (one.startsWith(`${stage} `))
        params[one.split(" ")[1] as string] = one.endsWith(" file") ? { upload: "sales" } : "mart.x";
  expect(lint(read.document, { manifests })).toEqual([]);
});
