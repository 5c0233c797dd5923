import { boardColumns, type Tile } from "@/lib/boards/schema";

/** Where a tile stands in the order, and how large it is. Pure. */

export function moveTile(tiles: Tile[], from: number, to: number): Tile[] {
  const moved = tiles[from];
  if (!moved || to < 0 || to >= tiles.length || from === to) return tiles;
  return tiles.toSpliced(from, 1).toSpliced(to, 0, moved);
}

export const smallest = { width: 2, height: 1 };
export const largest = { width: boardColumns, height: 20 };

export function resizeTile<T extends { width: number; height: number }>(tile: T, width: number, height: number): T {
  const within = (n: number, side: "width" | "height") =>
    Math.min(largest[side], Math.max(smallest[side], Math.round(n)));
  return { ...tile, width: within(width, "width"), height: within(height, "height") };
}
