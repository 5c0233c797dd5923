import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseDocument } from "./document";
import { type Change, rewriteYaml as rewrite } from "./rewrite";

/** In place: what was written anew fails here. */
function rewriteYaml(text: string, changes: Change[]): string {
  const { text: changed, anew } = rewrite(text, changes);
  expect(anew).toBe(false);
  return changed;
}

const text = `# what learners did, by day
name: daily
owner: growth # ask Ana
stages:
  - id: extract
    operator: sql-extract@1
    params:
      # never the whole table
      sql: |-
        select *
        from events
      warehouse: demo # the small one
    outputs:
      rows: parquet

  - id: load
    operator: load-table@1
    inputs:
      rows: extract.rows
`;

test("one value changes, and every comment and place stays", () => {
  const changed = rewriteYaml(text, [{ path: ["stages", 0, "params", "warehouse"], value: "prod" }]);
  expect(changed).toBe(text.replace("warehouse: demo #", "warehouse: prod #"));
  expect(rewriteYaml(text, [])).toBe(text);
});

test("a new key of a stage stands where people write it", () => {
  const changed = rewriteYaml(text, [
    { path: ["stages", 1, "title"], value: "Into the table" },
    { path: ["stages", 1, "params", "table"], value: "mart.daily" },
  ]);
  expect(changed).toBe(
    text.replace(
      "  - id: load\n    operator: load-table@1\n",
      "  - id: load\n    title: Into the table\n    operator: load-table@1\n    params:\n      table: mart.daily\n",
    ),
  );
});

test("code of several lines stays readable, whatever is typed into it", () => {
  for (const sql of [
    "select 1\nfrom a",
    "select 'x' -- y",
    "a: b # c",
    "  indented\nfirst",
    "tail \n",
    "one\n\n\n",
    "{{ x }}",
    "1",
    "no",
  ]) {
    const changed = rewriteYaml(text, [{ path: ["stages", 0, "params", "sql"], value: sql }]);
    const read = parseDocument(changed, "yaml");
    expect(read.ok && read.document.stages[0]?.params?.sql).toBe(sql);
    expect(changed).toContain("# never the whole table");
  }
});

test("what says nothing any more goes with its last value, a stage with its comment", () => {
  const without = rewriteYaml(text, [{ path: ["stages", 1, "inputs", "rows"], value: undefined }]);
  expect(without).not.toContain("inputs");
  const gone = rewriteYaml(text, [{ path: ["stages", 0], value: undefined }]);
  expect(gone).toContain("# ask Ana");
  expect(gone).not.toContain("extract@1");
});

test("a stage is added behind the others, apart from them", () => {
  const stage = { id: "check", operator: "expect@1", inputs: { rows: "extract.rows" } };
  const added = rewriteYaml(text, [{ path: ["stages", 2], value: stage }]);
  expect(added.startsWith(text)).toBe(true);
  expect(added).toContain("\n\n  - id: check\n    operator: expect@1\n");
});

test("the first stage is written as the others will be", () => {
  const stage = { id: "a", operator: "noop@1" };
  for (const empty of ["name: a\nstages: []\n", "name: a\nstages:\n", "name: a\n"])
    expect(rewriteYaml(empty, [{ path: ["stages", 0], value: stage }])).toBe(
      "name: a\nstages:\n  - id: a\n    operator: noop@1\n",
    );
  const given = "name: a\nstages:\n  - id: a\n    operator: noop@1\n    params:\n";
  expect(rewriteYaml(given, [{ path: ["stages", 0, "params", "message"], value: "x" }])).toBe(
    `${given}      message: x\n`,
  );
});

test("a text with aliases is left to who wrote it", () => {
  expect(() => rewriteYaml("name: a\nenv: &e {A: 1}\nstages: *e\n", [])).toThrow("in YAML");
  expect(() => rewriteYaml("name: [", [])).toThrow();
});

test("a text that cannot be followed line by line is written anew, and says so", () => {
  const given = "name: a\n? env\n: A: '1'   # kept\nstages: []\n";
  const { text: changed, anew } = rewrite(given, [{ path: ["env", "A"], value: "2" }]);
  expect(anew).toBe(true);
  expect(changed).toContain("# kept");
  expect(parse(changed)).toEqual({ name: "a", env: { A: "2" }, stages: [] });
});
