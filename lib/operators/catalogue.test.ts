import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { env } from "@/lib/platform/env";
import { operatorOf, readCatalogue, someOperator } from "./catalogue";
import { checkManifest } from "./check-manifest";
import { checkValues } from "./check-values";
import { dryOf, manifestSchema, networkOf } from "./schema";

const manifest = {
  id: "copy",
  version: "1.0.0",
  title: "Copy",
  summary: "Copies.",
  group: "get",
  icon: "copy",
  outputs: { "*": true },
  repeatSafe: true,
  image: "sluice/copy",
  parameters: { type: "object", properties: { table: { type: "string" } } },
};

const wrong = (change: object) => {
  const checked = checkManifest({ ...manifest, ...change });
  return "problems" in checked ? checked.problems.map(({ at, message }) => `${at}: ${message}`) : [];
};
const fields = (properties: object, required: string[] = []) => ({
  parameters: { type: "object", properties, required },
});

it.each([
  [{}, "runs"],
  [{ connections: [{ parameter: "table", role: "reader" }] }, "runs"],
  [{ connections: [{ parameter: "table", role: "writer" }] }, "skipped"],
  [{ network: "egress" }, "skipped"],
  [{ network: "egress", dry: "runs" }, "runs"],
  [{ connections: [{ parameter: "table", role: "writer" }], dry: "plans" }, "plans"],
])("leaves out of a dry run what might write, unless it says that it does not: %j", (change, way) => {
  expect(dryOf(manifestSchema.parse({ ...manifest, ...change }))).toBe(way);
});

it("leaves it to a stage that names its image whom it may reach, nobody unless it says so", async () => {
  const { manifest: container } = await someOperator("container");
  const asked = [undefined, {}, { network: "none" }, { network: "outside" }];
  expect(asked.map((params) => networkOf(container, params))).toEqual(["none", "none", "none", "egress"]);
  expect(asked.map((params) => dryOf(container, params))).toEqual(["runs", "runs", "runs", "skipped"]);
  const params = { image: "registry.example.com/acme/any:1", network: "host" };
  expect(checkValues(container, params)).toMatchObject([{ pointer: "/network", severity: "error" }]);
  // An operator's manifest alone says it of an image of its own.
  const own = { network: "outside" };
  expect(networkOf(manifestSchema.parse({ ...manifest, network: "none" }), own)).toBe("none");
});

it.each([
  [{}, []],
  [{ colour: "red" }, ["colour: There is no such key."]],
  [{ version: "1" }, ["version: Write a version as 1.0.0."]],
  [{ summary: undefined }, ["summary: Fill this in."]],
  [{ icon: "cat" }, [expect.stringContaining("icon: This must be one of: api, bell")]],
  [
    { inputs: { "../x": { title: "X" } } },
    ["inputs: Names of inputs and outputs have a-z, 0-9 and _, a letter first."],
  ],
  [{ outputs: { "*": { least: 2, most: 1 } } }, ["outputs.*: `least` is above `most`."]],
  [
    { connections: [{ parameter: "warehouse", role: "reader" }] },
    ["connections.0.parameter: There is no parameter warehouse."],
  ],
  [{ writes: { warehouse: "w", table: "table" } }, ["writes.warehouse: There is no parameter w."]],
  [{ image: null }, ["image: There is no parameter image."]],
  [{ network: "asked" }, ["network: `asked` is for operators whose `image` is null."]],
  [
    {
      network: "asked",
      image: null,
      ...fields({ image: { type: "string" }, network: { type: "string", enum: ["host"] } }),
    },
    ["network: `asked` wants a parameter `network` with the choices none and outside."],
  ],
  [
    { resources: { cpu: 1, memory: "1GB", timeout: "1h" } },
    ["resources.memory: Write an amount of memory as 512Mi or 2Gi."],
  ],
  [fields({ a: { type: "string" } }, ["b"]), ["parameters.required.0: There is no parameter b."]],
  [fields({ a: { type: "string", oneOf: [] } }), ["parameters.properties.a.oneOf: There is no such key."]],
  [
    fields({ a: { type: "string", pattern: "(" } }),
    ["parameters.properties.a.pattern: This is no regular expression."],
  ],
  [
    fields({ a: { type: "integer", default: "1" } }),
    ["parameters.properties.a.default: a must be a whole number, and is text."],
  ],
  [
    fields({ a: { type: "string", "x-showIf": { b: 1 } } }),
    ["parameters.properties.a.x-showIf: There is no other parameter b."],
  ],
  [
    fields({ a: { type: "string", "x-showIf": { b: 1 } }, b: { type: "string", "x-showIf": { a: 1 } } }),
    ["a", "b"].map((name) => `parameters.properties.${name}.x-showIf: Whether it is shown depends on itself.`),
  ],
  [
    fields({ a: { type: "string", enum: ["x", "y"], "x-enumTitles": ["X"] } }),
    ["parameters.properties.a.x-enumTitles: Give one title for each value of `enum`."],
  ],
  [
    fields({
      a: {
        type: "array",
        items: { type: "string", "x-showIf": { b: 1 }, "x-options": { source: "columns", of: "t" } },
      },
    }),
    [
      "parameters.properties.a.items.x-showIf: There is no b beside it.",
      "parameters.properties.a.items: There is no parameter t.",
    ],
  ],
  [
    fields({
      a: {
        type: "object",
        "x-requiredIf": { b: 1 },
        properties: { b: { type: "string" }, c: { type: "string", "x-requiredIf": { b: "x", d: 1, c: 1 } } },
      },
      b: { type: "string" },
    }),
    [
      "parameters.properties.a.properties.c.x-requiredIf: There is no d beside it.",
      "parameters.properties.a.properties.c.x-requiredIf: There is no c beside it.",
      "parameters.properties.a.x-requiredIf: This stands within a list or an object. Name it in `required`.",
    ],
  ],
  [
    fields({
      a: {
        type: "array",
        items: {
          type: "object",
          properties: {
            b: { type: "string", "x-showIf": { c: 1 } },
            c: { type: "string", "x-showIf": { b: 1 } },
            d: { type: "string", "x-showIf": { e: 1 }, "x-order": 1 },
          },
        },
      },
      e: { type: "string" },
    }),
    [
      "parameters.properties.a.items.properties.b.x-showIf: Whether it is shown depends on itself.",
      "parameters.properties.a.items.properties.c.x-showIf: Whether it is shown depends on itself.",
      "parameters.properties.a.items.properties.d.x-order: This stands at a parameter itself, not within one.",
      "parameters.properties.a.items.properties.d.x-showIf: There is no e beside it.",
    ],
  ],
])("says of a manifest with %j what is wrong", (change, said) => {
  expect(wrong(change)).toEqual(said);
});

let place: string;
beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), "operators-"));
  env().SLUICE_OPERATORS.push(place);
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(async () => {
  vi.useRealTimers();
  env().SLUICE_OPERATORS.pop();
  await rm(place, { recursive: true });
});

async function put(folder: string, text: string): Promise<void> {
  await mkdir(path.join(place, folder), { recursive: true });
  await writeFile(path.join(place, folder, "operator.json"), text);
  // Later than the catalogue looks again.
  vi.setSystemTime(Date.now() + 3_000);
}

it("finds the operators of further folders, leaves out what is wrong, and sees changes", async () => {
  const mine = async () => (await readCatalogue()).installed.filter((one) => one.folder?.startsWith(place));
  await put("copy", JSON.stringify(manifest));
  await put("half", '{"id":');
  await put("other", JSON.stringify(manifest));
  expect((await mine()).map((one) => one.folder)).toEqual([path.join(place, "copy")]);
  const { broken } = await readCatalogue();
  expect(broken.find(({ id }) => id === "half")?.problems[0]?.message).toMatch(/is not JSON/);
  expect(broken.find(({ id }) => id === "other")?.problems).toEqual([
    { at: "id", message: "The folder is called other; give both one name." },
  ]);
  expect((await operatorOf("copy@1"))?.manifest.version).toBe("1.0.0");
  expect(await operatorOf("copy@2")).toBeUndefined();
  await expect(someOperator("half")).rejects.toThrow(
    /^The manifest of half cannot be used\. : operator\.json is not JSON/,
  );
  await expect(someOperator("none@1")).rejects.toThrow(/^There is no operator none@1/);

  await put("copy", JSON.stringify({ ...manifest, version: "1.10.0" }));
  expect((await operatorOf("copy@1.10"))?.manifest.version).toBe("1.10.0");
  expect(await operatorOf("copy@1.1")).toBeUndefined();
});

it("finds ours, each of them right", async () => {
  const { installed, broken } = await readCatalogue();
  expect(broken).toEqual([]);
  const ids = installed.map(({ manifest }) => manifest.id);
  expect(ids).toEqual(expect.arrayContaining(["load-table", "noop", "python", "sql-extract", "sql-transform"]));
});
