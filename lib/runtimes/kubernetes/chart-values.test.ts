import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

/** What can be said of the chart's values by reading alone. Helm renders them in `npm run test:helm`. */

const chart = "deploy/helm/sluice";
const read = (file: string) => readFileSync(file, "utf8");

interface Shape {
  type: string;
  properties?: Record<string, Shape>;
  additionalProperties?: unknown;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whose entries have names that the chart does not know. */
const open = ["env", "ingress.annotations", "web.resources", "worker.resources"];

function leavesOf(value: unknown, at: string[] = []): Map<string, unknown> {
  const name = at.join(".");
  if (!isPlain(value) || open.includes(name)) return new Map([[name, value]]);
  return new Map(Object.entries(value).flatMap(([key, one]) => [...leavesOf(one, [...at, key])]));
}

function shapesOf(shape: Shape, at: string[] = []): Map<string, Shape> {
  const name = at.join(".");
  if (!shape.properties || open.includes(name)) return new Map([[name, shape]]);
  return new Map(Object.entries(shape.properties).flatMap(([key, one]) => [...shapesOf(one, [...at, key])]));
}

const defaults = leavesOf(parse(read(`${chart}/values.yaml`)));
const schema = JSON.parse(read(`${chart}/values.schema.json`)) as Shape;
const shapes = shapesOf(schema);
// Helm gives it to every chart that is a part of another.
shapes.delete("global");

const templates = readdirSync(path.join(chart, "templates")).map((file) => read(`${chart}/templates/${file}`));
const used = new Set(
  templates.flatMap((text) => [...text.matchAll(/\.Values\.([A-Za-z.]+)/g)].map(([, name]) => name)),
);

const typeOf = (value: unknown) => {
  if (Array.isArray(value)) return "array";
  return typeof value === "number" ? "integer" : typeof value;
};

describe("the chart's values, by their text", () => {
  it("are those that the templates use, each of them", () => {
    expect(used.size).toBeGreaterThan(20);
    expect([...used].sort()).toEqual([...defaults.keys()].sort());
  });

  it("are those of the schema by which Helm refuses others, of the types that it says", () => {
    expect([...shapes.keys()].sort()).toEqual([...defaults.keys()].sort());
    for (const [name, value] of defaults) expect([name, shapes.get(name)?.type]).toEqual([name, typeOf(value)]);
    const closed = (shape: Shape, at: string[]): string[] => {
      if (!shape.properties || open.includes(at.join("."))) return [];
      const inner = Object.entries(shape.properties).flatMap(([key, one]) => closed(one, [...at, key]));
      return shape.additionalProperties === false ? inner : [at.join("."), ...inner];
    };
    expect(closed(schema, [])).toEqual([]);
  });

  it("are all set once, to something else, in what test:helm renders", () => {
    const every = leavesOf(parse(read("deploy/helm/every-value.yaml")));
    expect([...every.keys()].sort()).toEqual([...defaults.keys()].sort());
    for (const [name, value] of every) expect([name, value]).not.toEqual([name, defaults.get(name)]);
  });

  it("are what the documents set", () => {
    const documents = ["README.md", "deploy/helm/README.md", ...readdirSync("docs").map((file) => `docs/${file}`)];
    const text = documents
      .filter((file) => file.endsWith(".md"))
      .map(read)
      .join("\n")
      // Our own command line has a flag of that name, too.
      .replaceAll(/^sluice .*$/gm, "");
    const set = [...text.matchAll(/--set(?:-string)? ((?:[A-Za-z.]+=[^\s,]+,?)+)/g)]
      .flatMap(([, pairs = ""]) => pairs.split(",").map((pair) => pair.split("=")[0] ?? ""))
      .filter((name) => name !== "");
    expect(set.length).toBeGreaterThan(1);
    expect(set.filter((name) => !defaults.has(name) && !open.some((one) => name.startsWith(`${one}.`)))).toEqual([]);
  });
});
