import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type Change, rewriteYaml } from "./rewrite";

// As people write it: nothing here is how the library would.
const written = `# nightly, by Ana

name:   "daily"     # never rename
owner: 'growth'
description: >-
  What learners did,
  by day.

env: { COUNTRY: "US",   DAYS: '7' } # two


parameters:
    day: {type: date}

stages:
-   id: extract   # first
    operator: sql-extract@1
    params:
        # never the whole table
        sql: |-   # of the app
            select *


            from events
            where a = 'b' -- c
        warehouse: demo # the small one
        limit: 1_000
        columns: [a, 'b',
                  "c"]   # in this order

    # what comes out
    outputs: {rows: parquet}

# this one writes
-   operator: load-table@1
    id: load
    inputs:
        rows: extract.rows

    after:
    - extract
    params:
        checks:
        -   {kind: not_null, column: id}
        # doubles
        -   kind: unique
            column: id

# the end
`;

const cases: { what: string; change: Change; before: string; after: string }[] = [
  {
    what: "a text keeps its quotes",
    change: { path: ["owner"], value: "o'hara" },
    before: "owner: 'growth'",
    after: "owner: 'o''hara'",
  },
  {
    what: "blanks and comments around a value stay",
    change: { path: ["name"], value: "hourly" },
    before: `name:   "daily"     #`,
    after: `name:   "hourly"     #`,
  },
  {
    what: "one line of several",
    change: {
      path: ["stages", 0, "params", "sql"],
      value: "select *\n\n\nfrom learners\nwhere a = 'b' -- c",
    },
    before: "            from events\n",
    after: "            from learners\n",
  },
  {
    what: "a value in brackets",
    change: { path: ["env", "DAYS"], value: "30" },
    before: "DAYS: '7'",
    after: "DAYS: '30'",
  },
  {
    what: "one more in brackets",
    change: { path: ["stages", 0, "params", "columns"], value: ["a", "b", "c", "d"] },
    before: `"c"]`,
    after: `"c", d]`,
  },
  {
    what: "one less in brackets",
    change: { path: ["stages", 0, "params", "columns"], value: ["b", "c"] },
    before: "[a, 'b'",
    after: "['b'",
  },
  {
    what: "a further key is indented as its neighbours",
    change: { path: ["stages", 1, "params", "table"], value: "mart.daily" },
    before: "            column: id\n\n# the end",
    after: "            column: id\n        table: mart.daily\n\n# the end",
  },
  {
    what: "a mapping that is new, where people write it",
    change: { path: ["stages", 0, "title"], value: "Read" },
    before: "-   id: extract   # first\n",
    after: "-   id: extract   # first\n    title: Read\n",
  },
  {
    what: "one of a list of mappings",
    change: {
      path: ["stages", 1, "params", "checks"],
      value: [
        { kind: "not_null", column: "id" },
        { kind: "unique", column: "day" },
      ],
    },
    before: "kind: unique\n            column: id",
    after: "kind: unique\n            column: day",
  },
  {
    what: "an entry leaves with its comment",
    change: { path: ["stages", 1, "params", "checks"], value: [{ kind: "not_null", column: "id" }] },
    before: "        # doubles\n        -   kind: unique\n            column: id\n",
    after: "",
  },
  {
    what: "one of a list comes to it",
    change: {
      path: ["stages", 1, "after"],
      value: ["extract", "other"],
    },
    before: "    - extract\n",
    after: "    - extract\n    - other\n",
  },
  {
    what: "the last of its kind goes with what held it",
    change: { path: ["stages", 1, "inputs", "rows"], value: undefined },
    before: "    inputs:\n        rows: extract.rows\n",
    after: "",
  },
  {
    what: "a text of one line becomes one of several",
    change: { path: ["stages", 0, "params", "warehouse"], value: "a\nb" },
    before: "warehouse: demo # the small one\n",
    after: "warehouse: |- # the small one\n            a\n            b\n",
  },
  {
    what: "a stage is taken out with its comment and one gap",
    change: { path: ["stages", 1], value: undefined },
    before: written.slice(written.indexOf("\n# this one writes"), written.indexOf("\n# the end")),
    after: "",
  },
  {
    what: "the name of a value, where it stands",
    change: { path: ["env"], value: { LAND: "US", DAYS: "7" } },
    before: `COUNTRY: "US"`,
    after: `LAND: "US"`,
  },
];

test.each(cases)("$what", ({ change, before, after }) => {
  expect(written.split(before)).toHaveLength(2);
  for (const eol of ["\n", "\r\n"]) {
    const text = written.replaceAll("\n", eol);
    const { text: changed, anew } = rewriteYaml(text, [change]);
    expect(changed).toBe(text.replace(before.replaceAll("\n", eol), () => after.replaceAll("\n", eol)));
    expect(anew).toBe(false);
  }
});

test("a text without an end of line is followed as well", () => {
  const text = "stages:\n  - id: a\n    params: # of a\n      sql: |\n        x";
  const { text: changed } = rewriteYaml(text, [{ path: ["stages", 0, "params", "table"], value: "t" }]);
  expect(changed).toBe(`${text}\n      table: t`);
  expect(rewriteYaml(text, [{ path: ["stages", 1], value: { id: "b" } }]).text).toBe(`${text}\n\n  - id: b`);
});

/** A document with its changes, written in one of the ways that people write. */
const word = fc.constantFrom("a", "b c", "no", "12", "it's", 'say "x"', "# x", "k: v", "-", "", "ü", "{{ x }}", "[y]");
const several = fc.array(fc.constantFrom("select 1", "from a", "", "  where b", "# c", "'d"), {
  minLength: 2,
  maxLength: 4,
});
const scalar = fc.oneof(
  word,
  several.map((some) => some.join("\n")),
  fc.integer(),
  fc.boolean(),
);
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom("p", "q", "r s"), scalar, { maxKeys: 3, noNullPrototype: true }),
  },
  {
    weight: 1,
    arbitrary: fc.array(fc.dictionary(fc.constantFrom("kind", "column"), word, { minKeys: 1, noNullPrototype: true }), {
      maxLength: 3,
    }),
  },
);
const params = fc.dictionary(fc.constantFrom("sql", "table", "n", "checks"), value, {
  maxKeys: 4,
  noNullPrototype: true,
});
const stages = fc.array(params, { minLength: 1, maxLength: 3 });
const change = fc.oneof(
  fc.record({
    stage: fc.nat(2),
    key: fc.constantFrom("sql", "table", "n", "checks"),
    value: fc.option(value, { nil: undefined }),
  }),
  fc.record({ stage: fc.nat(2), key: fc.constant(null), value: fc.constant(undefined) }),
);
const style = fc.record({
  step: fc.constantFrom(2, 4),
  listDeeper: fc.boolean(),
  flow: fc.boolean(),
  quote: fc.constantFrom("", "'", '"'),
  comments: fc.boolean(),
  gaps: fc.boolean(),
  eol: fc.constantFrom("\n", "\r\n"),
});
type Style = typeof style extends fc.Arbitrary<infer S> ? S : never;

function scalarIn(one: unknown, { quote }: Style): string {
  if (typeof one !== "string") return String(one);
  if (one.includes("\n") || quote === '"') return JSON.stringify(one);
  if (quote === "'" || !/^[a-z ]+$/.test(one) || one === "no") return `'${one.replaceAll("'", "''")}'`;
  return one;
}

function flowOf(one: unknown, how: Style): string {
  if (Array.isArray(one)) return `[${one.map((inner) => flowOf(inner, how)).join(how.gaps ? ",  " : ", ")}]`;
  if (typeof one === "object" && one !== null)
    return `{ ${Object.entries(one)
      .map(([key, inner]) => `${key}: ${flowOf(inner, how)}`)
      .join(", ")} }`;
  return scalarIn(one, how);
}

/** A value below its key, the lines of it each with how far in they stand. */
function below(key: string, one: unknown, column: number, how: Style): string[] {
  const pad = " ".repeat(column);
  const note = how.comments ? "   # as it was" : "";
  const empty = typeof one === "object" && one !== null && Object.keys(one).length === 0;
  if (typeof one === "string" && one.includes("\n") && /^\S/.test(one) && !one.endsWith("\n"))
    return [
      `${pad}${key}: |-${note}`,
      ...one.split("\n").map((line) => (line ? " ".repeat(column + how.step) + line : "")),
    ];
  if (typeof one !== "object" || one === null || empty || how.flow) return [`${pad}${key}: ${flowOf(one, how)}${note}`];
  if (!Array.isArray(one))
    return [
      `${pad}${key}:${note}`,
      ...Object.entries(one).flatMap(([name, inner]) => below(name, inner, column + how.step, how)),
    ];
  const dash = column + (how.listDeeper ? how.step : 0);
  return [`${pad}${key}:${note}`, ...one.flatMap((inner) => entry(inner, dash, how))];
}

function entry(inner: unknown, dash: number, how: Style): string[] {
  const pad = " ".repeat(dash);
  const above = how.comments ? [`${pad}# of an entry`] : [];
  if (typeof inner !== "object" || inner === null) return [...above, `${pad}- ${flowOf(inner, how)}`];
  const lines = Object.entries(inner).flatMap(([name, one]) => below(name, one, dash + 2, how));
  return [...above, `${pad}- ${lines[0]?.trimStart()}`, ...lines.slice(1)];
}

function writtenAs(documentStages: object[], how: Style): string {
  const dash = how.listDeeper ? how.step : 0;
  const lines = documentStages.flatMap((one, at) => [
    ...(at > 0 && how.gaps ? [""] : []),
    ...entry({ id: `s${at}`, params: one }, dash, how),
  ]);
  return [
    "# at the top",
    "name:    daily # ours",
    "stages:",
    ...lines,
    ...(how.gaps ? ["", "# at the end"] : []),
    "",
  ].join(how.eol);
}

/** Lines of `a` that are not in `b`, as often as they are missing there. */
function missing(a: string[], b: string[]): string[] {
  const left = [...b];
  return a.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

test("whatever is changed, the text says it, and lines about something else are the same", () => {
  fc.assert(
    fc.property(stages, change, style, (given, { stage, key, value: to }, how) => {
      const text = writtenAs(given, how);
      const at = stage % given.length;
      const path = key === null ? ["stages", at] : ["stages", at, "params", key];
      const { text: changed, anew } = rewriteYaml(text, [{ path, value: to }]);
      expect(anew).toBe(false);

      const wanted = parse(text) as { stages: { params?: Record<string, unknown> }[] };
      const before = given[at] ?? {};
      if (key === null) wanted.stages.splice(at, 1);
      else if (to !== undefined) wanted.stages[at] = { ...wanted.stages[at], params: { ...before, [key]: to } };
      else if (key in before) {
        const { [key]: _, ...params } = before;
        const { params: __, ...rest } = { ...wanted.stages[at] };
        // With the last of them goes what held them.
        wanted.stages[at] = Object.keys(params).length > 0 ? { ...rest, params } : rest;
      }
      expect(parse(changed)).toEqual(wanted);

      // What was told to change: a stage, or one value of it. In brackets all values of a list stand in one line.
      const dash = how.listDeeper ? how.step : 0;
      const own =
        key === null
          ? [...entry({ id: `s${at}`, params: before }, dash, how), ...(given.length === 1 ? ["stages:"] : [])]
          : [
              ...below("params", { [key]: before[key] }, dash + 2, how),
              ...below("params", how.flow ? before : {}, dash + 2, how),
            ];
      const filled = (lines: string) => lines.split(/\r?\n/).filter((line) => line.trim() !== "");
      expect(missing(missing(filled(text), filled(changed)), own)).toEqual([]);
      expect(changed.includes("\r\n")).toBe(how.eol === "\r\n");
    }),
    { numRuns: 300 },
  );
});
