import { describe, expect, it } from "vitest";
import { frameOf } from "@/components/charts/frame";
import { bandsOf, curveOf, fractionOf } from "@/components/charts/still-marks";
import { everyPlace, powerTicks, roundTicks } from "@/components/charts/ticks";
import { chartSpec, type SeriesData } from "@/lib/charts/schema";

const none = new Set<number>();
const size = { width: 900, height: 400 };
const axis = { column: 0, name: "city", kind: "text" as const, bucket: null, timeZone: null, width: null };
const dataOf = (series: (number | null)[][], keys = series[0]?.map((_, n) => String(n)) ?? []): SeriesData => ({
  kind: "series",
  x: axis,
  split: null,
  keys: keys.map((at) => ({ at })),
  series: series.map((values, measure) => ({
    ...{ measure, key: null, name: `m${measure}`, values },
    rows: values.map(() => 1),
  })),
});
const specOf = (more: object) => chartSpec.parse({ type: "bar", x: "city", y: [{}, {}], ...more });

describe("an axis of values", () => {
  it("has round ends that hold every value", () => {
    expect(roundTicks(0, 61_000)).toEqual([0, 20_000, 40_000, 60_000, 80_000]);
    expect(roundTicks(0, 0.3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(roundTicks(-12, 11)).toEqual([-20, -10, 0, 10, 20]);
    for (const [low, high] of [
      [0, 1e15],
      [-1e-9, 3e-9],
      [0, 97],
      [-5, -5],
      [0, 0],
    ] as const) {
      const ticks = roundTicks(low, high);
      expect(ticks[0]).toBeLessThanOrEqual(low);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(high);
      expect(ticks.length).toBeLessThan(9);
    }
  });

  it("goes by powers of ten where it is logarithmic, and names few of very many", () => {
    expect(powerTicks(3, 1_200)).toEqual([1, 10, 100, 1_000, 10_000]);
    expect(powerTicks(1, 1)).toEqual([1, 10]);
    expect(powerTicks(1e-12, 1e12).length).toBeLessThan(12);
  });

  it("knows where a value stands on it, and nothing stands beside it", () => {
    const plain = { side: "left" as const, title: "", log: false, ticks: [0, 50, 100], size: 52 };
    expect([25, 0, 100, 120, -5].map((value) => fractionOf(plain, value))).toEqual([0.25, 0, 1, 1, 0]);
    expect(fractionOf({ ...plain, log: true, ticks: [1, 10, 100] }, 10)).toBe(0.5);
  });
});

describe("the frame of a chart", () => {
  it("holds what is stacked, and the lines across", () => {
    const stacked = frameOf(specOf({ stack: "stacked" }), dataOf([[40], [50]]), none, size);
    expect(stacked.axes[0]?.ticks.at(-1)).toBe(100);
    const beside = frameOf(specOf({ lines: [{ value: 500 }] }), dataOf([[40], [50]]), none, size);
    expect(beside.axes[0]?.ticks.at(-1)).toBe(600);
    const hidden = frameOf(specOf({}), dataOf([[4_000], [50]]), new Set([0]), size);
    expect(hidden.axes[0]?.ticks.at(-1)).toBe(60);
  });

  it("shows shares of everything as parts of one", () => {
    const { rows, axes } = frameOf(
      specOf({ stack: "percent" }),
      dataOf([
        [1, null],
        [3, 5],
      ]),
      none,
      size,
    );
    expect(rows.map(({ s0, s1 }) => [s0, s1])).toEqual([
      [0.25, 0.75],
      [0, 1],
    ]);
    expect(axes[0]?.ticks.at(-1)).toBe(1);
  });

  it("leaves out of a logarithmic axis what has no place there, also where that is everything", () => {
    const spec = specOf({ type: "line", log: ["left"] });
    expect(frameOf(spec, dataOf([[0, 10, -3]]), none, size).rows.map(({ s0 }) => s0)).toEqual([null, 10, null]);
    expect(frameOf(spec, dataOf([[0, -3]]), none, size).axes[0]?.ticks).toEqual([1, 10]);
  });

  it("names as many places as there is room for", () => {
    expect(everyPlace(10, 50, 500)).toBe(1);
    const many = dataOf([Array.from({ length: 100 }, (_, n) => n)]);
    const wide = frameOf(specOf({}), many, none, size).named.length;
    const narrow = frameOf(specOf({}), many, none, { width: 360, height: 300 }).named.length;
    expect(wide).toBeGreaterThan(narrow);
    expect(narrow).toBeGreaterThan(3);
  });

  it("has no axis, and no fault, where everything is empty", () => {
    expect(frameOf(specOf({}), dataOf([[]]), none, size).named).toEqual([]);
    expect(frameOf(specOf({}), dataOf([[null, null]]), none, size).axes[0]?.ticks).toEqual([0, 1]);
  });
});

describe("what stands in it", () => {
  it("leaves a gap where there is nothing, and a point where something is alone", () => {
    const spans = [1, null, 2, 3].map((to) => (to === null ? null : { from: 0, to }));
    const draw = (join: boolean) =>
      curveOf(
        [0, 1, 2, 3],
        spans,
        (n) => n,
        (x, y) => `${x} ${y}`,
        join,
      );
    expect(draw(false)).toEqual({ line: "M2 2L3 3", under: "M2 2L3 3L3 0L2 0Z", alone: "M0 1h0" });
    expect(draw(true).line).toBe("M0 1L2 2L3 3");
  });

  it("sets bars beside each other within their place, at most 80 pixels wide", () => {
    const placed = [0, 1].map(() => ({ shape: "bar" as const, side: "left" as const, stack: null }));
    const rows = [0, 1, 2].map((at) => ({ at, place: null })) as never;
    const few = bandsOf({ placed, rows }, none, 900, false);
    expect((few.get("s0")?.width ?? 0) * 900).toBeCloseTo(80);
    const [first, second] = [few.get("s0"), few.get("s1")];
    expect((first?.offset ?? 0) + (first?.width ?? 0)).toBeLessThan(second?.offset ?? 0);
    expect((second?.offset ?? 0) + (second?.width ?? 0)).toBeLessThan(1 / 3);
    expect(bandsOf({ placed, rows }, new Set([0]), 900, false).has("s0")).toBe(false);
  });
});
