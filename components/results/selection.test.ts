import { describe, expect, it } from "vitest";
import { contains, type Key, moved, rectangle, type Selection } from "@/components/results/selection";

const bounds = { rows: 100, columns: 5, page: 20 };
const at = (row: number, column: number): Selection => ({ anchor: { row, column }, active: { row, column } });
const key = (name: string, over: Partial<Key> = {}): Key => ({
  key: name,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  ...over,
});

describe("moved", () => {
  it.each([
    ["ArrowDown", {}, 11, 2],
    ["ArrowUp", {}, 9, 2],
    ["ArrowLeft", {}, 10, 1],
    ["ArrowRight", {}, 10, 3],
    ["PageDown", {}, 30, 2],
    ["PageUp", {}, 0, 2],
    ["Home", {}, 10, 0],
    ["End", {}, 10, 4],
    ["ArrowDown", { ctrlKey: true }, 99, 2],
    ["ArrowUp", { metaKey: true }, 0, 2],
    ["ArrowLeft", { ctrlKey: true }, 10, 0],
    ["ArrowRight", { ctrlKey: true }, 10, 4],
    ["Home", { ctrlKey: true }, 0, 0],
    ["End", { ctrlKey: true }, 99, 4],
  ] as const)("%s with %j leads to row %i, column %i", (name, over, row, column) =>
    expect(moved(at(10, 2), key(name, over), bounds)).toEqual(at(row, column)),
  );
  it("stays inside", () => expect(moved(at(99, 4), key("ArrowRight"), bounds)).toEqual(at(99, 4)));
  it("keeps the anchor with Shift", () =>
    expect(moved(at(10, 2), key("ArrowDown", { shiftKey: true }), bounds)).toEqual({
      anchor: { row: 10, column: 2 },
      active: { row: 11, column: 2 },
    }));
  it("takes all with Ctrl A", () =>
    expect(moved(at(10, 2), key("a", { ctrlKey: true }), bounds)).toEqual({
      anchor: { row: 0, column: 0 },
      active: { row: 99, column: 4 },
    }));
  it("leaves other keys alone", () => expect(moved(at(10, 2), key("a"), bounds)).toBeNull());
});

it("a rectangle is the same from each of its corners", () => {
  const box = { top: 3, bottom: 8, left: 1, right: 4 };
  const corner = (row: number, column: number) => ({ row, column });
  expect(rectangle({ anchor: corner(3, 1), active: corner(8, 4) })).toEqual(box);
  expect(rectangle({ anchor: corner(8, 1), active: corner(3, 4) })).toEqual(box);
  const selection = { anchor: corner(8, 4), active: corner(3, 1) };
  expect(contains(selection, 5, 2)).toBe(true);
  expect(contains(selection, 9, 2)).toBe(false);
  expect(contains(selection, 5, 0)).toBe(false);
});
