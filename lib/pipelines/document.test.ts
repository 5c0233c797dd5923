import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDocument, writeYaml } from "./document";
import { documentSchema, type PipelineDocument } from "./schema";

const text = `name: daily_active_learners
owner: growth # a team
triggers:
  - cron: "15 6 * * *"
    timezone: America/New_York
    missed: latest
concurrency: {overlap: skip}
env: {COUNTRY: "US", DAY: "{{ interval.from | date }}"}
stages:
  - id: extract
    operator: sql-extract@1
    params: {warehouse: demo, sql: "select 1"}
    outputs: {events: parquet}
  - id: score
    operator: python@1
    params:
      code: |
        print("one")

        print("two")
    inputs: {events: extract.events}
    outputs: {scores: parquet}
    resources: {cpu: 1, memory: 1Gi, timeout: 20m}
    retries: 2
  - id: load
    operator: load-table@1
    params: {warehouse: demo, table: mart.daily_scores, mode: partition-overwrite, time_column: day}
    inputs: {rows: {from: score.scores, format: csv}}
`;

function parsed(given: string, format: "yaml" | "json" = "yaml"): PipelineDocument {
  const answer = parseDocument(given, format);
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  return answer.document;
}

const problems = (given: string, format: "yaml" | "json" = "yaml") => {
  const answer = parseDocument(given, format);
  return answer.ok
    ? []
    : answer.problems.map((one) => `${one.line}:${one.column} ${one.field} ${one.message} ${one.fix}`);
};

describe("a pipeline's text", () => {
  it("says the same document in YAML and in JSON", () => {
    const document = parsed(text);
    expect(document.stages[1]?.params?.code).toBe('print("one")\n\nprint("two")\n');
    expect(parsed(JSON.stringify(document), "json")).toEqual(document);
    expect(parsed(writeYaml(document))).toEqual(document);
  });

  it("is written in one way, which people could have written", () => {
    const written = writeYaml(parsed(text));
    expect(writeYaml(parsed(written))).toBe(written);
    expect(written.split("\n").slice(0, 22).join("\n")).toBe(`name: daily_active_learners
owner: growth
triggers:
  - cron: 15 6 * * *
    timezone: America/New_York
    missed: latest
concurrency:
  overlap: skip
env:
  COUNTRY: US
  DAY: "{{ interval.from | date }}"
stages:
  - id: extract
    operator: sql-extract@1
    params:
      warehouse: demo
      sql: select 1
    outputs:
      events: parquet

  - id: score
    operator: python@1`);
    expect(written).toContain('      code: |\n        print("one")\n\n        print("two")\n');
  });

  it("knows where each value stands", () => {
    const answer = parseDocument(text, "yaml");
    const at = (pointer: string) => {
      const { line, column } = answer.ok ? answer.positions(pointer) : { line: 0, column: 0 };
      return `${line}:${column}`;
    };
    expect([at(""), at("/owner"), at("/triggers/0/timezone"), at("/stages/0/params/sql")]).toEqual([
      ...["1:1", "2:8", "5:15", "12:36"],
    ]);
    // What is missing stands where it should.
    expect([at("/stages/0/params/none"), at("/stages/2/inputs/rows/format"), at("/stages/7")]).toEqual([
      ...["12:5", "28:49", "9:1"],
    ]);
    const json = parseDocument('{\n  "name": "a",\n  "stages": [{"id": "x", "operator": "noop@1"}]\n}', "json");
    expect(json.ok && json.positions("/stages/0/operator")).toEqual({ line: 3, column: 38 });
  });

  it.each([
    ["name: a\nname: b\n", "2:1  Map keys must be unique. Keep one of them."],
    ["name: a\n---\nname: b\n", expect.stringMatching(/^2:1 .*Write one pipeline in a text\.$/)],
    ["name: [a\n", expect.stringMatching(/^2:1 {2}Flow sequence in block collection .*close the bracket before it\./)],
    ["stages:\n\t- id: a\n", expect.stringContaining("Indent with spaces")],
    ["name: a\nenv: {A: .inf}\nstages: []", "2:10 /env/A .inf is no number that JSON has. Use another."],
    [
      "name: a\nenv: {A: 12345678901234567890}\nstages: []",
      '2:10 /env/A 12345678901234567890 has more digits than a number keeps. Write it in quotes: "12345678901234567890".',
    ],
    [
      "a: &a [x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c]\ne: [*d,*d,*d,*d]",
      expect.stringContaining("This cannot be read: Excessive alias count"),
    ],

    ["", expect.stringContaining("Begin with name: and stages:.")],
    ["x", expect.stringContaining("Begin with name: and stages:.")],
  ])("%j is told what is wrong", (given, said) => {
    expect(problems(given)[0]).toEqual(said);
  });

  it("is told when it is nested too deeply", () => {
    expect(problems("[".repeat(50_000))[0]).toMatch(/This is nested too deeply\./);
  });

  it("tells what is wrong with JSON", () => {
    expect(problems('{"name": "a",\n "stages": [}', "json")[0]).toMatch(/^2:\d+ {2}This is no JSON: /);
    expect(problems("name: a", "json")[0]).toMatch(/This is no JSON/);
    expect(problems(`"${"x".repeat(5 * 1024 * 1024)}"`, "json")[0]).toMatch(/over 4 MB/);
  });
});

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const anyText = fc.oneof(
  fc.string({ unit: "binary" }).map((one) => one.toWellFormed()),
  fc.string({
    unit: fc.constantFrom(
      "\n",
      " ",
      "\t",
      "\r",
      "a",
      "#",
      ":",
      "-",
      "'",
      '"',
      "|",
      ">",
      "{",
      "}",
      "%",
      "\u0085",
      "\u2028",
    ),
  }),
  fc.constantFrom(
    "yes",
    "on",
    "~",
    "null",
    "1e3",
    "0x1f",
    "0o7",
    "12:30",
    "2026-01-01",
    "- a",
    "a: b",
    "a #b",
    "  x\n y\n",
    "<<",
    "=",
    "---",
    "...",
    "\ufeff",
  ),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    anyText,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(anyText, tie("value"), { maxKeys: 3 }),
  ),
})).value;
const stage = fc.record(
  {
    id: name,
    title: anyText.filter((one) => one.length > 0 && one.length < 200),
    operator: fc.constant("noop@1"),
    params: fc.dictionary(
      anyText.filter((one) => one.length < 100),
      json,
      { maxKeys: 4 },
    ),
    inputs: fc.dictionary(name, fc.oneof(fc.constant("a.b"), fc.constant({ from: "a.b", format: "csv" })), {
      maxKeys: 2,
    }),
    outputs: fc.dictionary(name, fc.constantFrom("csv", "parquet"), { maxKeys: 2 }),
    retries: fc.nat(10),
    after: fc.array(name, { maxLength: 2 }),
  },
  { requiredKeys: ["id", "operator"] },
);
const documents = fc.record(
  {
    name,
    description: anyText,
    env: fc.dictionary(fc.constantFrom("A", "B_1"), anyText),
    stages: fc.array(stage, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ["name", "stages"] },
);

it("is read as it was written, and written the same again, whatever stands in it", () => {
  fc.assert(
    fc.property(documents, (made) => {
      const document = documentSchema.parse(JSON.parse(JSON.stringify(made)));
      const written = writeYaml(document);
      const read = parsed(written);
      expect(read).toEqual(document);
      expect(writeYaml(read)).toBe(written);
    }),
    { numRuns: 400 },
  );
});
