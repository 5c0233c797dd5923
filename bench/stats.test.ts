import { describe, expect, it } from "vitest";
import { percentile, ratio, spread, timed } from "./stats";

describe("percentile", () => {
  it("takes the nearest rank, whatever the order", () => {
    const samples = [15, 20, 35, 40, 50].reverse();
    expect(percentile(samples, 5)).toBe(15);
    expect(percentile(samples, 30)).toBe(20);
    expect(percentile(samples, 40)).toBe(20);
    expect(percentile(samples, 50)).toBe(35);
    expect(percentile(samples, 100)).toBe(50);
  });

  it("sorts by value and not by text", () => expect(percentile([9, 10, 100], 50)).toBe(10));
  it("answers the only sample there is", () => expect(percentile([7], 95)).toBe(7));
  it("refuses an empty list", () => expect(() => percentile([], 50)).toThrow("No samples"));

  it("leaves the samples as they were", () => {
    const samples = [3, 1, 2];
    percentile(samples, 50);
    expect(samples).toEqual([3, 1, 2]);
  });
});

it("spreads", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(spread(hundred)).toEqual({ n: 100, p50: 50, p95: 95, max: 100 });
});

it("rounds a ratio to two digits, and has none without a floor", () => {
  expect(ratio(10, 3)).toBe(3.33);
  expect(ratio(10, undefined)).toBeNull();
  expect(ratio(10, 0)).toBeNull();
});

it("does not count the warm-up", async () => {
  let calls = 0;
  const samples = await timed(3, async () => calls++, 2);
  expect(calls).toBe(5);
  expect(samples).toHaveLength(3);
});
