import { expect, it } from "vitest";
import { about, estimateOf, type PlanNode } from "./estimate";

const scan = (name: string, rows: number, more: Partial<PlanNode> = {}): PlanNode => ({
  ...{ "Node Type": "Seq Scan", Schema: "public", "Relation Name": name, "Plan Rows": rows, "Total Cost": 100 },
  ...more,
});
const over = (type: string, cost: number, ...Plans: PlanNode[]): PlanNode => ({
  ...{ "Node Type": type, "Plan Rows": Plans[0]?.["Plan Rows"] ?? 0, "Total Cost": cost, Plans },
});
const events = { schema: "public", name: "events", rows: 12_000_000, indexed: ["at", "learner"] };
const words = (plan: PlanNode) => estimateOf(plan, [events]).words.join(" ");

it("counts a whole table by its statistics, and names the index that a filter would use", () => {
  const plan = over("Aggregate", 200, scan("events", 5_000, { Filter: "(events.kind = 'view'::text)" }));
  expect(estimateOf(plan, [events])).toEqual({
    rows: 12_000_000,
    bytes: null,
    words: ["Reads about 12 million rows of events.", "A filter on `at` or `learner` of events would use its index."],
  });
});

it("proposes no index where one of them is filtered by already, or little is read", () => {
  const filtered = scan("events", 5_000, { Filter: "(events.at > '2020-01-01'::date)" });
  expect(words(filtered)).toBe("Reads about 12 million rows of events.");
  const other = scan("events", 5_000, { Filter: "(events.format > 1)" });
  expect(words(other)).toContain("A filter on `at`");
  expect(words(scan("events", 40, { "Node Type": "Index Scan" }))).toBe("Reads about 40 rows of events.");
});

it("counts the inner side of a nested loop for each outer row, and once where it is kept", () => {
  const outer = scan("teams", 30);
  const inner = scan("events", 4, { "Node Type": "Index Scan" });
  expect(estimateOf(over("Nested Loop", 9, outer, inner), []).rows).toBe(30 + 120);
  expect(estimateOf(over("Nested Loop", 9, outer, over("Materialize", 9, inner)), []).rows).toBe(34);
});

it("goes under LIMIT as far as the planner must", () => {
  expect(estimateOf(over("Limit", 1, scan("events", 12_000_000)), [events]).rows).toBe(120_000);
  // A sort reads all before it gives one.
  expect(estimateOf(over("Limit", 200, over("Sort", 200, scan("events", 1))), [events]).rows).toBe(12_000_000);
});

it("says a plan's cost in words where it is much, also over few rows", () => {
  const join = over("Nested Loop", 5e7, scan("teams", 30), scan("teams", 30));
  expect(words(join)).toBe(
    "Reads about 930 rows of teams. The planner takes it for as much work as reading about 410 GB in order.",
  );
  expect(words(over("Sort", 1e6, scan("teams", 30)))).toContain("as reading about 8.2 GB in order.");
  expect(words(over("Sort", 3e9, scan("teams", 30)))).toContain("as reading about 25 TB in order.");
  expect(words(over("Sort", 999_999, scan("teams", 30)))).toBe("Reads about 30 rows of teams.");
});

it("says what it reads of no table, and of many", () => {
  expect(words({ "Node Type": "Result", "Plan Rows": 1, "Total Cost": 0 })).toBe("Reads no table.");
  const many = over("Append", 9, ...["a", "b", "c", "d"].map((name, n) => scan(name, 10 * (n + 1))));
  expect(estimateOf(many, []).words).toEqual(["Reads about 40 rows of d, 30 rows of c, 20 rows of b and 1 more."]);
});

it("rounds as people speak", () => {
  expect([1, 3_412, 99_900, 12_345_678, 1.26e9, 4e12].map(about)).toEqual([
    ...["1", "3,400", "100,000", "12 million", "1.3 billion", "4 trillion"],
  ]);
});
