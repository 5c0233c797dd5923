import { describe, expect, it } from "vitest";
import { ROW_HEIGHT, scrollMap } from "@/components/results/scroll-map";

const header = 32;
const viewport = 560;

describe("a result that fits the browser's largest element", () => {
  const map = scrollMap(1_000, viewport, header);
  it("is as high as its rows", () => expect(map.height).toBe(1_000 * ROW_HEIGHT + header));
  it("scrolls by true pixels", () => {
    expect(map.scaled).toBe(false);
    expect(map.toTop(5_600)).toBe(5_600);
    expect(map.toScrollTop(5_600)).toBe(5_600);
  });
  it("ends with its last row at the bottom", () => expect(map.maxTop).toBe(1_000 * ROW_HEIGHT - viewport));
});

describe.each([500_000, 5_000_000, 100_000_000])("%i rows", (rows) => {
  const map = scrollMap(rows, viewport, header);
  // What the browser lets one scroll: the element's height less what is seen of it.
  const maxScroll = map.height - header - viewport;
  it("stay under the height that every browser can draw", () => expect(map.height).toBeLessThan(17_000_000));
  it("reach from the first row to the last", () => {
    expect(map.toTop(0)).toBe(0);
    expect(map.toTop(maxScroll)).toBeCloseTo(rows * ROW_HEIGHT - viewport, 3);
  });
  it("give back the position that they were given", () => {
    for (const row of [0, 1, 12_345, rows / 2, rows - 30])
      expect(map.toTop(map.toScrollTop(row * ROW_HEIGHT))).toBeCloseTo(row * ROW_HEIGHT, 3);
  });
  it("never leave the result", () => {
    expect(map.toTop(maxScroll * 2)).toBe(map.maxTop);
    expect(map.toTop(-5)).toBe(0);
  });
});

it("fewer rows than fit do not scroll", () => {
  const map = scrollMap(3, viewport, header);
  expect(map.maxTop).toBe(0);
  expect(map.toTop(0)).toBe(0);
  expect(map.toScrollTop(0)).toBe(0);
});
