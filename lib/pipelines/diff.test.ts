import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Difference, diffDocuments } from "./diff";
import type { PipelineDocument } from "./schema";

const extract = {
  id: "extract",
  operator: "sql-extract@1",
  params: { warehouse: "demo", sql: "select 1" },
  outputs: { rows: "parquet" as const },
};
const load = {
  id: "load",
  operator: "load-table@1",
  params: { table: "mart.a", mode: "append" },
  inputs: { rows: "extract.rows" },
};
const base: PipelineDocument = {
  name: "daily",
  triggers: [{ cron: "15 6 * * *", timezone: "Europe/Berlin" }],
  stages: [extract, load],
};

const said = (more: Partial<PipelineDocument>) =>
  diffDocuments(base, { ...base, ...more }).map(({ kind, field, words }: Difference) => `${kind} ${field}: ${words}`);

it.each<[string, Partial<PipelineDocument>, string[]]>([
  ["nothing", {}, []],
  [
    "keys in another order",
    { stages: [{ outputs: extract.outputs, params: extract.params, operator: extract.operator, id: "extract" }, load] },
    [],
  ],
  ["a title", { title: "Daily" }, ["added /title: Title is Daily."]],
  [
    "a trigger",
    { triggers: [{ cron: "0 7 * * 1-5", timezone: "Europe/Berlin", missed: "all" }] },
    [
      "removed /triggers/0: It no longer starts every day at 06:15, Europe/Berlin.",
      "added /triggers/0: It starts every weekday at 07:00, Europe/Berlin, missed ones: all.",
    ],
  ],
  [
    "a value",
    { stages: [extract, { ...load, params: { ...load.params, mode: "merge", key: ["id"] } }] },
    [
      "changed /stages/1/params/mode: load: mode is now merge, and was append.",
      'added /stages/1/params/key: load: key is ["id"].',
    ],
  ],
  [
    "an input and an output",
    {
      stages: [
        { ...extract, outputs: { rows: "csv" } },
        { ...load, inputs: { rows: { from: "extract.rows", format: "csv" } } },
      ],
    },
    [
      "changed /stages/0/outputs/rows: extract: hands on rows as csv, no longer as parquet.",
      "changed /stages/1/inputs/rows: load: reads rows from extract.rows as csv, no longer from extract.rows.",
    ],
  ],
  [
    "a stage's name",
    { stages: [extract, { ...load, id: "write" }] },
    ["changed /stages/1/id: The stage load is now called write."],
  ],
  [
    "stages",
    { stages: [extract, { ...load, id: "other", operator: "python@1" }] },
    [
      "removed /stages/1: The stage load (load-table@1) is gone.",
      "added /stages/1: The stage other (python@1) is new.",
    ],
  ],
  [
    "an order",
    { stages: [load, extract] },
    ["changed /stages: The stages stand in another order, which changes nothing of a run."],
  ],
  [
    "who waits for whom",
    { stages: [extract, { ...load, after: ["extract"], retries: 2, resources: { memory: "2Gi" } }] },
    [
      "added /stages/1/retries: load: retries is 2.",
      "added /stages/1/resources/memory: load: memory is 2Gi.",
      "added /stages/1/after: load: waits for extract.",
    ],
  ],
  [
    "env and parameters",
    { env: { A: "x" }, parameters: { day: { type: "date" } }, concurrency: { overlap: "queue" } },
    [
      'added /parameters/day: The run\'s parameter day is {"type":"date"}.',
      "added /concurrency: What happens when runs overlap is queue.",
      "added /env/A: The value env.A is x.",
    ],
  ],
])("says in words what changes: %s", (_, more, words) => {
  expect(said(more)).toEqual(words);
});

it("names a stage as its form does: by its title, with its id", () => {
  const titled = { ...extract, title: "Events of the day" };
  const keep = { ...load, title: "Keep them" };
  const told = (before: (typeof base)["stages"], after: (typeof base)["stages"]) =>
    diffDocuments({ ...base, stages: before }, { ...base, stages: after }).map(({ stage, words }) => [stage, words]);
  expect(told([titled, keep], [titled, { ...keep, retries: 2, after: ["extract"] }])).toEqual([
    ["load", "Keep them (load): retries is 2."],
    ["load", "Keep them (load): waits for Events of the day (extract)."],
  ]);
  expect(told([titled, keep], [titled, { ...keep, inputs: { rows: "extract.more" } }])).toEqual([
    [
      "load",
      "Keep them (load): reads rows from more of Events of the day (extract), no longer from rows of Events of the day (extract).",
    ],
  ]);
  expect(told([titled], [titled, keep])).toEqual([[undefined, "The stage Keep them (load, load-table@1) is new."]]);
  expect(told([titled, keep], [titled])).toEqual([[undefined, "The stage Keep them (load, load-table@1) is gone."]]);
  expect(told([titled, keep], [titled, { ...keep, id: "write" }])).toEqual([
    [undefined, "The stage Keep them (load) is now called Keep them (write)."],
  ]);
});

it("gives long texts to be shown beside each other", () => {
  const sql = "select 1\nfrom t";
  const [one] = diffDocuments(base, { ...base, stages: [{ ...extract, params: { ...extract.params, sql } }, load] });
  expect(one).toEqual({
    kind: "changed",
    stage: "extract",
    field: "/stages/0/params/sql",
    words: "extract: sql has changed.",
    texts: { before: "select 1", after: sql },
  });
});

const stage = fc.record(
  {
    id: fc.constantFrom("a", "b", "c"),
    title: fc.constantFrom("T", "U"),
    operator: fc.constantFrom("x@1", "y@1"),
    params: fc.dictionary(fc.constantFrom("p", "q"), fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<never>, {
      maxKeys: 2,
    }),
    inputs: fc.dictionary(
      fc.constantFrom("i", "j"),
      fc.constantFrom("a.o", "b.o", { from: "a.o" }, { from: "a.o", format: "csv" as const }),
    ),
    outputs: fc.dictionary(fc.constantFrom("o"), fc.constantFrom("csv" as const, "parquet" as const)),
    after: fc.array(fc.constantFrom("a", "b"), { maxLength: 3 }),
    retries: fc.nat(2),
    resources: fc.record({ memory: fc.constantFrom("1Gi", "2Gi") }, { requiredKeys: [] }),
  },
  { requiredKeys: ["id", "operator"] },
);
const documents = fc.record(
  {
    name: fc.constantFrom("n", "m"),
    env: fc.dictionary(fc.constant("A"), fc.constantFrom("1", 1)),
    triggers: fc.array(fc.constantFrom({ at: "2027-01-01T00:00:00Z" }, { cron: "0 1 * * *", timezone: "UTC" }), {
      maxLength: 2,
    }),
    concurrency: fc.constantFrom({ overlap: "skip" as const }, { overlap: "queue" as const }),
    stages: fc.uniqueArray(stage, { selector: ({ id }) => id, minLength: 1 }),
  },
  { requiredKeys: ["name", "stages"] },
) as fc.Arbitrary<PipelineDocument>;

it("says something of every change, and nothing where there is none", () => {
  fc.assert(
    fc.property(documents, documents, (a, b) => {
      expect(diffDocuments(a, structuredClone(a))).toEqual([]);
      const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
      if (!isDeepStrictEqual(plain(a), plain(b))) expect(diffDocuments(a, b)).not.toEqual([]);
    }),
    { numRuns: 500 },
  );
});
