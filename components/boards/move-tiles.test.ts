import { expect, it } from "vitest";
import type { Tile } from "@/lib/boards/schema";
import { moveTile, resizeTile } from "./move-tiles";

const tile = (id: string): Tile => ({ id, kind: "text", text: "", width: 6, height: 4 });
const tiles = ["a", "b", "c"].map(tile);
const ids = (list: Tile[]) => list.map(({ id }) => id).join("");

it("puts a tile before or after others, and nowhere beyond them", () => {
  expect(ids(moveTile(tiles, 0, 2))).toBe("bca");
  expect(ids(moveTile(tiles, 2, 0))).toBe("cab");
  expect(ids(moveTile(tiles, 1, 2))).toBe("acb");
  expect(moveTile(tiles, 0, -1)).toBe(tiles);
  expect(moveTile(tiles, 2, 3)).toBe(tiles);
  expect(moveTile(tiles, 1, 1)).toBe(tiles);
});

it("keeps a tile within the grid", () => {
  expect(resizeTile(tile("a"), 40, 0)).toMatchObject({ width: 12, height: 1 });
  expect(resizeTile(tile("a"), -3, 99)).toMatchObject({ width: 2, height: 20 });
  expect(resizeTile(tile("a"), 7.4, 2.6)).toMatchObject({ width: 7, height: 3 });
});
