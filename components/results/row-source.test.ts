import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type RowPage, RowSource } from "@/components/results/row-source";

const TOTAL = 10_000;
let takesMs: number;
let asked: { offset: number; limit: number; signal: AbortSignal }[];

/** Rows whose one cell is their own number. */
async function answer(offset: number, limit: number, signal: AbortSignal): Promise<RowPage> {
  asked.push({ offset, limit, signal });
  await new Promise((resolve) => setTimeout(resolve, takesMs));
  if (signal.aborted) throw new DOMException("given up", "AbortError");
  const count = Math.max(0, Math.min(limit, TOTAL - offset));
  return { rows: Array.from({ length: count }, (_, at) => [offset + at]), rowCount: TOTAL, complete: true };
}

beforeEach(() => {
  asked = [];
  takesMs = 10;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(100);

it("asks for the first page at once and knows the total from it", async () => {
  const source = new RowSource(answer);
  source.want(0, 60);
  expect(asked).toHaveLength(1);
  await settle();
  expect(source.total).toBe(TOTAL);
  expect(source.row(59)).toEqual([59]);
  expect(source.row(200)).toBeUndefined();
});

describe("a scrollbar that is dragged", () => {
  it("fetches only where it comes to rest", async () => {
    const source = new RowSource(answer);
    source.want(0, 60);
    await settle();
    asked = [];
    for (let row = 1_000; row <= 9_000; row += 1_000) {
      source.want(row, row + 40);
      await vi.advanceTimersByTimeAsync(5);
    }
    await settle();
    expect(asked.map(({ offset }) => offset)).toEqual([9_000]);
    expect(source.row(9_010)).toEqual([9_010]);
  });

  it("gives up what it passed while that was being fetched", async () => {
    const source = new RowSource(answer);
    source.want(0, 60);
    await settle();
    takesMs = 80;
    source.want(4_000, 4_040);
    await vi.advanceTimersByTimeAsync(50);
    source.want(8_000, 8_040);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked.find(({ offset }) => offset === 4_000)?.signal.aborted).toBe(true);
    expect(source.row(8_000)).toEqual([8_000]);
  });
});

it("keeps a bounded number of windows, the ones in sight among them", async () => {
  const source = new RowSource(answer, 100, 3);
  for (let row = 0; row < 1_000; row += 100) {
    source.want(row, row + 50);
    await settle();
  }
  expect(source.row(0)).toBeUndefined();
  expect(source.row(910)).toEqual([910]);
  const held = Array.from({ length: 10 }, (_, window) => source.row(window * 100)).filter(Boolean);
  expect(held).toHaveLength(3);
});

it("reads a range of any length in pages", async () => {
  const source = new RowSource(answer);
  const read = source.range(5, TOTAL, new AbortController().signal);
  await settle();
  const { rows } = await read;
  expect(rows).toHaveLength(TOTAL - 5);
  expect(rows[0]).toEqual([5]);
});

it("tells of a failure once, and tries again when asked to", async () => {
  let broken = true;
  const source = new RowSource((offset, limit, signal) =>
    broken ? Promise.reject(new Error("gone")) : answer(offset, limit, signal),
  );
  const told = vi.fn();
  source.subscribe(told);
  source.want(0, 60);
  await settle();
  expect(source.error?.message).toBe("gone");
  expect(told).toHaveBeenCalledTimes(1);
  broken = false;
  source.retry();
  await settle();
  expect(source.error).toBeNull();
  expect(source.row(0)).toEqual([0]);
});

it("asks for nothing more once it is closed", async () => {
  const source = new RowSource(answer);
  source.want(0, 60);
  source.close();
  await settle();
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(source.total).toBeNull();
});

it("knows the cells that a page holds the beginning of, in sight and in a range", async () => {
  const large = { row: 3, column: 0, bytes: 2_000_000, number: 203 };
  const source = new RowSource(async (offset, limit, signal) => ({
    ...(await answer(offset, limit, signal)),
    largeCells: offset === 200 ? [large] : [],
  }));
  source.want(200, 240);
  await settle();
  expect(source.large(203, 0)).toEqual(large);
  expect(source.large(204, 0)).toBeUndefined();
  expect(source.large(203, 1)).toBeUndefined();
  asked = [];
  const { rows, largeCells } = await source.range(202, 3, new AbortController().signal);
  expect(rows).toEqual([[202], [203], [204]]);
  expect(largeCells).toEqual([large]);
  expect(asked).toEqual([]);
});

it("knows of how many cells a search saw the beginning only", async () => {
  const source = new RowSource(async (offset, limit, signal) => ({
    ...(await answer(offset, limit, signal)),
    partlySearched: 2,
  }));
  source.want(0, 60);
  await settle();
  expect(source.partlySearched).toBe(2);
});
