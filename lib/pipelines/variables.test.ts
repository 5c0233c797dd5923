import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { fillVariables } from "./variables";

const fill = (text: string, values: Parameters<typeof fillVariables>[1]) => fillVariables(text, values).text;

describe("variables of an environment", () => {
  it("are written out, and every other character stays", () => {
    const text = `# Of growth
name:   daily   # its name
stages:
  - {id: a, operator: "noop@1", params: {warehouse: "{{ var.warehouse }}"}}
  - id: b
    params:
      table: "{{ var.schema }}.daily"   # there
      sql: |
        -- of {{ var.schema }}
        select * from {{ var.schema }}.events where at >= {{ interval.from }}
`;
    const filled = fill(text, { warehouse: "prod", schema: "mart" });
    expect(filled).toBe(text.replace("{{ var.warehouse }}", "prod").replaceAll(/\{\{ var\.schema \}\}/g, "mart"));
  });

  it("keep their type where they stand alone", () => {
    const text = 'a: "{{ var.n }}"\nb: "{{ var.list }}"\nc: "n is {{ var.n }}"\nd: "{{var.none}}"\n';
    expect(parse(fill(text, { n: 3, list: ["x", 1], none: null }))).toEqual({
      ...{ a: 3, b: ["x", 1], c: "n is 3", d: null },
    });
    expect(parse(fill('a: "{{ var.n }}"', { n: "3" }))).toEqual({ a: "3" });
  });

  it("cannot break out of the text that they stand in", () => {
    const evil = 'x: "y"\n  - [#';
    const text =
      "a: before {{ var.v }}\nb: 'it''s {{ var.v }}'\nc: |\n  one {{ var.v }}\n  two\nd: [\"{{ var.v }}\"]\n";
    expect(parse(fill(text, { v: evil }))).toEqual({
      ...{ a: `before ${evil}`, b: `it's ${evil}`, c: `one ${evil}\ntwo\n`, d: [evil] },
    });
    expect(parse(fill("c: |\n  {{ var.v }}\n  two\n", { v: "   indented" }))).toEqual({ c: "   indented\ntwo\n" });
  });

  it("that have no value are named and left, as is what only looks like one", () => {
    const text = 'a: "{{ var.gone }} \\\\{{ var.v }} {{ var.v | upper }} {{ env.V }}"\n';
    expect(fillVariables(text, { v: "x" })).toEqual({ text, missing: ["gone"], used: [] });
    expect(fillVariables("a: [", { v: "x" })).toEqual({ text: "a: [", missing: [], used: [] });
  });

  it("fill a document in JSON as well", () => {
    const text = '{"name": "a", "n": "{{ var.n }}", "t": "to \\"{{ var.t }}\\""}';
    expect(JSON.parse(fill(text, { n: 2, t: 'a"b' }))).toEqual({ name: "a", n: 2, t: 'to "a"b"' });
  });
});
