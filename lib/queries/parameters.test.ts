import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ParameterValues } from "@/lib/executions/schema";
import {
  addressKey,
  applyOptional as applyFor,
  givenInAddress,
  inferParameters as inferFor,
  readValues,
} from "./parameters";
import { type Parameter, parameterSchema, saveQuerySchema } from "./schema";

const now = { now: new Date("2026-11-21T20:00:00Z"), timeZone: "Asia/Kathmandu" };
const options = [{ value: "US" }, { value: "DE", label: "Germany" }];
const read = (parameter: Parameter, value: unknown) =>
  readValues([parameter], { [parameter.name]: value as string }, now);

const applyOptional = (sql: string, values: ParameterValues) => applyFor(sql, values, "postgres");
const inferParameters = (sql: string) => inferFor(sql, "postgres");

describe("values", () => {
  it("are read by their type", () => {
    expect(read({ name: "t", type: "text" }, "it's\n--; drop")).toMatchObject({
      values: { t: "it's\n--; drop" },
      problems: [],
    });
    expect(read({ name: "n", type: "number" }, " 123456789012345678901234567890.5 ").values).toEqual({
      n: "123456789012345678901234567890.5",
    });
    expect(read({ name: "n", type: "number" }, 7).values).toEqual({ n: "7" });
    expect(read({ name: "d", type: "date" }, "Yesterday")).toMatchObject({
      values: { d: "2026-11-21" },
      given: { d: "yesterday" },
    });
    expect(read({ name: "p", type: "dateRange" }, "last 7 days").values).toEqual({
      "p.from": "2026-11-16",
      "p.to": "2026-11-23",
    });
    expect(read({ name: "l", type: "list", options }, "DE").values).toEqual({ l: "DE" });
    expect(read({ name: "m", type: "multi", options }, ["US", "DE", "US"])).toMatchObject({
      values: { m: ["DE", "US"] },
      given: { m: ["DE", "US"] },
    });
    expect(read({ name: "q", type: "queryList", query: "x", multi: true }, "a").values).toEqual({ q: ["a"] });
  });

  it("have their default only where nothing is said: empty is empty", () => {
    const parameter: Parameter = { name: "c", type: "list", options, default: "US" };
    expect(readValues([parameter], {}, now).values).toEqual({ c: "US" });
    expect(read(parameter, "").values).toEqual({ c: null });
    expect(read(parameter, null).values).toEqual({ c: null });
    expect(read(parameter, [""]).values).toEqual({ c: null });
    expect(read({ name: "m", type: "multi", options, default: ["US"] }, []).values).toEqual({ m: null });
  });

  it.each<[string, Parameter, unknown]>([
    ["no number", { name: "x", type: "number" }, "12 000"],
    ["a number in hexadecimal", { name: "x", type: "number" }, "0x1"],
    ["no date", { name: "x", type: "date" }, "2026-02-30"],
    ["SQL as a date", { name: "x", type: "date" }, "2026-01-01'; drop table x"],
    ["a range that ends first", { name: "x", type: "dateRange" }, "2026-02-02..2026-02-01"],
    ["what is not in the list", { name: "x", type: "list", options }, "FR"],
    ["one of several that is not", { name: "x", type: "multi", options }, ["US", "FR"]],
    ["two of one", { name: "x", type: "text" }, ["a", "b"]],
    ["nothing where it must be", { name: "x", type: "text", required: true }, ""],
    ["over a megabyte", { name: "x", type: "text" }, "x".repeat(1024 * 1024 + 1)],
    ["NUL", { name: "x", type: "text" }, "a\u0000b"],
    ["half a character", { name: "x", type: "text" }, "\ud83d"],
  ])("refuse %s at the field, and bind nothing of it", (_, parameter, value) => {
    const { problems, values } = read(parameter, value);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.field).toBe("x");
    expect(Object.values(values).every((one) => one === null)).toBe(true);
  });

  it("refuse a name that is not declared, also one that every object has", () => {
    for (const name of ["other", "constructor", "__proto__"]) {
      const given = JSON.parse(`{"${name}": "1"}`) as Record<string, string>;
      expect(readValues([{ name: "c", type: "text" }], given, now).problems[0]?.field).toBe(name);
    }
    expect(readValues([{ name: "constructor", type: "text" }], {}, now).values).toEqual({ constructor: null });
  });

  it("mean the same however they were written", () => {
    const parameter: Parameter = { name: "p", type: "dateRange", default: "last 7 days" };
    const { given } = readValues([parameter], {}, now);
    for (const text of ["last 7 days", " Last  7 Days", "LAST 7 DAYS "])
      expect(read(parameter, text).given).toEqual(given);
  });
});

describe("an address", () => {
  it("has a parameter under its own name, unless the page needs that one", () => {
    const declared: Parameter[] = [
      { name: "country", type: "text" },
      { name: "sort", type: "text" },
    ];
    const given = givenInAddress(declared, { country: "US", sort: "0:desc", "p.sort": "up", other: "1" });
    expect(given).toEqual({ country: "US", sort: "up" });
    expect([addressKey("country"), addressKey("sort")]).toEqual(["country", "p.sort"]);
  });
});

describe("declarations", () => {
  it("are found in the text, in order, outside quotes and comments", () => {
    expect(
      inferParameters("select {{b}}, '{{no}}', {{ a }}, {{b}} /* {{c}} */ where x >= {{p.from}} and x < {{p.to}}"),
    ).toEqual([
      { name: "b", type: "text" },
      { name: "a", type: "text" },
      { name: "p", type: "dateRange" },
    ]);
  });

  it("refuse two of one name, and a list that depends on what comes after it", () => {
    const save = (parameters: unknown) =>
      saveQuerySchema
        .safeParse({ title: "t", warehouse: "w", sql: "select 1", parameters })
        .error?.issues.map(({ path }) => path.join("."));
    const list = { name: "city", type: "queryList", query: "q", dependsOn: { country: "country" } };
    expect(save([{ name: "country", type: "text" }, list])).toBeUndefined();
    expect(save([list, { name: "country", type: "text" }])).toEqual(["parameters.0.dependsOn.country"]);
    expect(
      save([
        { name: "a", type: "text" },
        { name: "a", type: "date" },
      ]),
    ).toEqual(["parameters.1.name"]);
    expect(parameterSchema.safeParse({ name: "a", type: "list", options: [] }).success).toBe(false);
  });
});

describe("an optional part", () => {
  it("is no list of lists, as DuckDB writes it", () => {
    const lists = "select [[1,2],[3]] as l, [ [{{x}}] ] as m, [[4]] as n";
    expect(applyFor(lists, { x: "1" }, "duckdb")).toBe(lists);
    expect(applyFor(lists, { x: null }, "duckdb")).toBe(lists);
    expect(applyFor("select [[1],[2]] where true [[and a = {{x}}]] and b = [[3],[4]]", { x: null }, "duckdb")).toBe(
      `select [[1],[2]] where true ${" ".repeat("[[and a = {{x}}]]".length)} and b = [[3],[4]]`,
    );
  });

  const apply = (sql: string, values: Record<string, string | string[] | null>) =>
    applyOptional(sql, values).replace(/ +/g, " ").trim();

  it.each([
    ["a [[and x = {{x}}]] b", { x: null }, "a b"],
    ["a [[and x = {{x}}]] b", { x: "1" }, "a and x = {{x}} b"],
    ["a [[{{x}}]]", { x: [] }, "a"],
    ["[[{{p.from}} {{p.to}}]]", { "p.from": null, "p.to": null }, ""],
    ["[[a {{x}} [[b {{y}}]] c]]", { x: "1", y: null }, "a {{x}} c"],
    ["[[a {{x}} [[b {{y}}]] c]]", { x: null, y: "1" }, ""],
    ["[[a {{x}} and {{y}}]]", { x: "1", y: null }, ""],
    ["[[v[1] = {{x}} and w[z[2]] = 3]]", { x: "1" }, "v[1] = {{x}} and w[z[2]] = 3"],
    ["array[[1,2],[3,4]] [[{{x}}]]", { x: null }, "array[[1,2],[3,4]]"],
    ["array[[{{x}}],[{{x}}]]", { x: null }, "array[[{{x}}],[{{x}}]]"],
    ["ARRAY [[{{x}}]] [[{{x}}]]", { x: null }, "ARRAY [[{{x}}]]"],
    ["[[no parameter]]", { x: null }, "[[no parameter]]"],
    ["[[{{unknown}}]]", { x: null }, "[[{{unknown}}]]"],
    [
      "'[[{{x}}]]' -- [[{{x}}]]\n /* [[{{x}}]] */ $$[[{{x}}]]$$ \"[[{{x}}]]\"",
      { x: null },
      "'[[{{x}}]]' -- [[{{x}}]]\n /* [[{{x}}]] */ $$[[{{x}}]]$$ \"[[{{x}}]]\"",
    ],
    ["[[a ']]' {{x}} -- ]]\n b]] c", { x: null }, "c"],
    ["[[never closed {{x}}", { x: null }, "[[never closed {{x}}"],
    ["]] [[{{x}}]] ]]", { x: null }, "]] ]]"],
  ] as [string, Record<string, string | string[] | null>, string][])("of %j with %j is %j", (sql, values, expected) => {
    expect(apply(sql, values)).toBe(expected.replace(/ +/g, " "));
  });

  it("moves nothing: every character that stays is where it was", () => {
    const pieces = fc.constantFrom(
      "[[",
      "]]",
      "[",
      "]",
      "{{x}}",
      "{{y}}",
      "'",
      "--",
      "\n",
      " ",
      "a",
      "$$",
      "/*",
      "*/",
      "array",
      "é",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), fc.boolean(), (parts, empty) => {
        const sql = parts.join("");
        const applied = applyOptional(sql, { x: empty ? null : "1", y: "2" });
        expect(applied).toHaveLength(sql.length);
        for (let at = 0; at < sql.length; at++) if (applied[at] !== sql[at]) expect(applied[at]).toBe(" ");
        expect(applied.split("\n")).toHaveLength(sql.split("\n").length);
      }),
      { numRuns: 500 },
    );
  });

  it("is found in a text of many in a moment", () => {
    const many = "[[{{x}}]]".repeat(100_000);
    expect(applyOptional(many, { x: null })).toBe(" ".repeat(many.length));
  });
});
