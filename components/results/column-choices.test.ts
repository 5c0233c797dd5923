import { describe, expect, it } from "vitest";
import { choicesText, fullOrder, NO_CHOICES, parseChoices, shortOrder } from "@/components/results/column-choices";
import { fitWidths, moveColumn, nudgeColumn, placeColumns } from "@/components/results/column-layout";

const choices = {
  ...NO_CHOICES,
  hidden: [3],
  pinned: [0],
  widths: { 2: 240.4 },
  formats: { 2: "decimals2", 5: "auto" } as const,
};

describe("columns in the URL", () => {
  it("read back as they were written", () => {
    const text = choicesText(choices);
    expect(text).toBe("3h,0p,2w240.decimals2");
    expect(parseChoices(text)).toEqual({ hidden: [3], pinned: [0], widths: { 2: 240 }, formats: { 2: "decimals2" } });
  });
  it("say nothing of columns that nobody touched", () => expect(choicesText(NO_CHOICES)).toBe(""));
  it("leave out what does not read", () =>
    expect(parseChoices("x,3h,-1h,2w1,4.evil,,")).toEqual({ hidden: [3], pinned: [], widths: {}, formats: {} }));
});

describe("order", () => {
  it("has every column once", () => expect(fullOrder(5, [3, 1, 3, 99])).toEqual([3, 1, 0, 2, 4]));
  it("is written as short as it reads back", () => {
    for (const order of [
      [0, 1, 2, 3],
      [2, 0, 1, 3],
      [0, 2, 1, 3],
      [3, 2, 1, 0],
    ])
      expect(fullOrder(4, shortOrder(order))).toEqual(order);
    expect(shortOrder([0, 1, 2, 3])).toEqual([]);
    expect(shortOrder([2, 0, 1, 3])).toEqual([2]);
  });
});

describe("placeColumns", () => {
  const columns = ["id", "name", "at"].map((name, index) => ({
    name,
    type: ["integer", "text", "timestamp with time zone"][index] ?? "text",
  }));
  const fitted = [80, 200, 260];
  const full = { ...NO_CHOICES, order: [0, 1, 2] };
  it("puts pinned ones first and leaves hidden ones out", () => {
    const layout = placeColumns(columns, { ...full, pinned: [2], hidden: [0] }, fitted);
    expect(layout.columns.map(({ index }) => index)).toEqual([2, 1]);
    expect(layout.pinnedCount).toBe(1);
    expect(layout.columns[1]?.left).toBe(0);
  });
  it("takes the reader's width before the one that fits", () => {
    const layout = placeColumns(columns, { ...full, widths: { 1: 90 } }, fitted);
    expect(layout.columns.map(({ width }) => width)).toEqual([80, 90, 260]);
  });
  it("moves a column before another, and by one place among its own group", () => {
    expect(moveColumn(full, 2, 0).order).toEqual([2, 0, 1]);
    const layout = placeColumns(columns, full, fitted);
    expect(nudgeColumn(full, layout, 0, 1).order).toEqual([1, 0, 2]);
    expect(nudgeColumn(full, layout, 0, -1).order).toEqual([0, 1, 2]);
  });
});

describe("fitWidths", () => {
  const widthOf = (name: string, type: string, values: (string | number | null)[]) =>
    fitWidths(
      [{ name, type }],
      values.map((value) => [value]),
    )[0] ?? 0;
  it("shows a whole timestamp with its zone, and the largest bigint with its groups", () => {
    expect(widthOf("at", "timestamp with time zone", ["2026-11-21 16:04:05.123456+05:45"])).toBeGreaterThan(32 * 7.5);
    expect(widthOf("n", "bigint", ["-9223372036854775808"])).toBeGreaterThan(26 * 7.5);
  });
  it("goes by the name where that is longer", () =>
    expect(widthOf("a_rather_long_name", "integer", [1])).toBeGreaterThan(18 * 8));
  it("gives a long text a bounded room, and an empty result some", () => {
    expect(widthOf("t", "text", ["x".repeat(5_000)])).toBe(420);
    expect(widthOf("t", "text", [])).toBe(64);
  });
});
