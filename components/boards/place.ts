import type { CSSProperties } from "react";

/** How much of the grid a tile takes. */
export const placeOf = ({ width, height }: { width: number; height: number }) =>
  ({ "--tile-width": width, "--tile-height": height }) as CSSProperties;
