/**
 * Browsers cap an element's height (Chromium near 33.5 million px, Firefox near 17.8), so the scrollable
 * height is capped too and positions between it and the true height of all rows are mapped.
 */
export const ROW_HEIGHT = 28;
const MAX_HEIGHT = 12_000_000;

export interface ScrollMap {
  /** Height of the element that gives the scrollbar its length. */
  height: number;
  scaled: boolean;
  /** Largest distance of the first visible pixel from the first row's top. */
  maxTop: number;
  toTop(scrollTop: number): number;
  toScrollTop(top: number): number;
}

/** @param viewport height that rows have, px @param reserve height around the rows inside the scrolled element (header) */
export function scrollMap(rowCount: number, viewport: number, reserve: number): ScrollMap {
  const rowsHeight = rowCount * ROW_HEIGHT;
  const height = Math.min(rowsHeight, MAX_HEIGHT) + reserve;
  const maxTop = Math.max(0, rowsHeight - viewport);
  const maxScroll = Math.max(0, height - reserve - viewport);
  const scaled = rowsHeight > MAX_HEIGHT;
  const ratio = maxScroll === 0 ? 1 : maxTop / maxScroll;
  return {
    height,
    scaled,
    maxTop,
    toTop: (scrollTop) => Math.min(maxTop, Math.max(0, scrollTop * ratio)),
    toScrollTop: (top) => top / ratio,
  };
}
