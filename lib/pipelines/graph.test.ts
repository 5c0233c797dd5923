import { expect, it } from "vitest";
import { cycles, downstream, edges, levels, upstream } from "./graph";
import { documentSchema, type PipelineDocument, unsaid } from "./schema";

/** Each line a stage and what stands before it; a dot hands something over. */
function drawn(text: string): PipelineDocument {
  const stages = text
    .trim()
    .split("\n")
    .map((line) => {
      const [id = "", before = ""] = line.split("<").map((part) => part.trim());
      const all = before.split(" ").filter(Boolean);
      const inputs = all.filter((one) => one.includes("."));
      return {
        id,
        operator: "noop@1",
        ...(inputs.length && { inputs: Object.fromEntries(inputs.map((one, n) => [`i${n}`, one])) }),
        after: all.filter((one) => !one.includes(".")),
      };
    });
  return documentSchema.parse({ name: "drawn", stages });
}

//  a ──► b ──► d
//  └───► c ────┘     e
const diamond = drawn(`
  a
  b < a.x
  c < a
  d < b.x c.y
  e`);

it("infers edges from inputs and from order", () => {
  expect(edges(diamond).map(({ from, to, output, input }) => `${from}-${output}-${input}-${to}`)).toEqual([
    ...["a-x-i0-b", "a-null-null-c", "b-x-i0-d", "c-y-i1-d"],
  ]);
});

it("puts what can start together into one level", () => {
  expect(levels(diamond)).toEqual([["a", "e"], ["b", "c"], ["d"]]);
  expect([...upstream(diamond, "d")].sort()).toEqual(["a", "b", "c"]);
  expect([...downstream(diamond, "a")].sort()).toEqual(["b", "c", "d"]);
  expect(cycles(diamond)).toEqual([]);
});

//  a ──► b ──► c ──► d      e ⟲
//        ▲─────┘
it("names each circle once", () => {
  const knots = drawn(`
    a
    b < a.x c.x
    c < b.x
    d < c.x
    e < e`);
  expect(cycles(knots)).toEqual([
    ["b", "c", "b"],
    ["e", "e"],
  ]);
  expect(levels(knots)).toEqual([["a"]]);
});

it("takes a chain of 2,000 stages, and one that closes", () => {
  const lines = Array.from({ length: 2_000 }, (_, n) => `s${n}${n ? ` < s${n - 1}.x` : ""}`);
  expect(levels(drawn(lines.join("\n")))).toHaveLength(2_000);
  lines[0] = "s0 < s1999.x";
  expect(cycles(drawn(lines.join("\n")))[0]).toHaveLength(2_001);
});

it("could be told what stands where nothing is said", () => {
  const { missed, overlap, retries, retryDelay, timezone } = unsaid;
  const stages = [{ id: "a", operator: "noop@1", retries, retryDelay }];
  const triggers = [{ cron: "0 6 * * *", timezone, missed }];
  expect(documentSchema.safeParse({ name: "told", triggers, concurrency: { overlap }, stages }).success).toBe(true);
});
