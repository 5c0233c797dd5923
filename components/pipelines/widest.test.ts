import { expect, it } from "vitest";
import { widest } from "@/components/pipelines/widest";

const line = (text: string) => ({ from: text.charAt(0), to: text.charAt(1) });

it("counts the boxes that stand side by side", () => {
  expect(widest([], [])).toBe(0);
  // a ─▶ b ─▶ c
  expect(widest(["a", "b", "c"], ["ab", "bc"].map(line))).toBe(1);
  //   ┌▶ b ─┐
  // a ┼▶ c ─┼▶ e        d waits for c: it stands beside e
  //   └────▶ c ─▶ d
  expect(widest(["a", "b", "c", "d", "e"], ["ab", "ac", "be", "ce", "cd"].map(line))).toBe(2);
  // Three that nothing joins.
  expect(widest(["a", "b", "c"], [])).toBe(3);
});

it("comes to an end where lines go in a circle, or to nothing", () => {
  expect(widest(["a", "b"], ["ab", "ba", "ax", "xa"].map(line))).toBe(1);
});

it("follows a chain of 2,000 stages", () => {
  const ids = Array.from({ length: 2_000 }, (_, at) => `s${at}`);
  const lines = ids.slice(1).map((to, at) => ({ from: ids[at] ?? "", to }));
  expect(widest(ids.toReversed(), lines)).toBe(1);
});
