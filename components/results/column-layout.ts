import { type Cell, displayText, type Format, type Kind, kindOf } from "./cell-format";
import type { ColumnChoices } from "./column-choices";

export interface ResultColumn {
  name: string;
  type: string;
  /** What the engine calls the type, where that is another name. */
  engineType?: string | undefined;
}

export interface PlacedColumn {
  /** Index in the result, which the API's sort and filter speak of. */
  index: number;
  name: string;
  type: string;
  engineType?: string | undefined;
  kind: Kind;
  format: Format;
  width: number;
  /** From the left edge of its group (pinned or not). */
  left: number;
  pinned: boolean;
}

export interface Layout {
  /** Pinned ones first: the order that keyboard and copy follow. */
  columns: PlacedColumn[];
  pinnedCount: number;
  pinnedWidth: number;
  width: number;
}

/** @param fitted widths by index where the reader chose none, of fitWidths */
export function placeColumns(columns: ResultColumn[], choices: ColumnChoices, fitted: number[]): Layout {
  const hidden = new Set(choices.hidden);
  const stuck = new Set(choices.pinned);
  const shown = choices.order.filter((index) => !hidden.has(index) && columns[index]);
  const pinned = shown.filter((index) => stuck.has(index));
  const free = shown.filter((index) => !stuck.has(index));
  const placed: PlacedColumn[] = [];
  const place = (indexes: number[], isPinned: boolean): number => {
    let left = 0;
    for (const index of indexes) {
      const column = columns[index];
      if (!column) continue;
      const width = choices.widths[index] ?? fitted[index] ?? NARROWEST;
      const format = choices.formats[index] ?? "auto";
      placed.push({ index, ...column, kind: kindOf(column.type), format, width, left, pinned: isPinned });
      left += width;
    }
    return left;
  };
  const pinnedWidth = place(pinned, true);
  const freeWidth = place(free, false);
  return { columns: placed, pinnedCount: pinned.length, pinnedWidth, width: pinnedWidth + freeWidth };
}

/** A little more than a digit in the grid's 13 px, so that no date is cut, and nearly a character of a header. */
const CHARACTER = 8.5;
const HEAD_CHARACTER = 8.4;
const PADDING = 20;
const NARROWEST = 64;
const WIDEST = 420;

/** Wide enough for each column's longest value among these rows and for its name, within reason. */
export function fitWidths(columns: ResultColumn[], rows: Cell[][]): number[] {
  return columns.map(({ name, type }, index) => {
    const kind = kindOf(type);
    let longest = 0;
    for (const row of rows) {
      const value = row[index] ?? null;
      // Null and empty are shown as marks of about this length.
      const length = value === null || value === "" ? 5 : displayText(value, kind, "auto").length;
      if (length > longest) longest = length;
    }
    const byValue = longest * CHARACTER + PADDING;
    // Room for the marks of sort and filter beside the name.
    const byName = Math.min(name.length, 28) * HEAD_CHARACTER + PADDING + 36;
    return Math.round(Math.min(WIDEST, Math.max(NARROWEST, byValue, byName)));
  });
}

export function moveColumn(choices: ColumnChoices, index: number, before: number): ColumnChoices {
  if (index === before) return choices;
  const order = choices.order.filter((each) => each !== index);
  const at = order.indexOf(before);
  order.splice(at === -1 ? order.length : at, 0, index);
  return { ...choices, order };
}

/** One place to the left (-1) or right (1) among the columns of its own group that are shown. */
export function nudgeColumn(choices: ColumnChoices, layout: Layout, index: number, step: -1 | 1): ColumnChoices {
  const at = layout.columns.findIndex((column) => column.index === index);
  const other = layout.columns[at + step];
  if (!other || other.pinned !== layout.columns[at]?.pinned) return choices;
  return step === -1 ? moveColumn(choices, index, other.index) : moveColumn(choices, other.index, index);
}

export function toggle(list: number[], index: number): number[] {
  return list.includes(index) ? list.filter((each) => each !== index) : [...list, index];
}

/** Free columns that cross [from, to] px of their group. */
export function visibleRange(layout: Layout, from: number, to: number): [number, number] {
  const free = layout.columns.slice(layout.pinnedCount);
  let first = free.findIndex((column) => column.left + column.width > from);
  if (first === -1) first = free.length;
  let last = first;
  while (last < free.length && (free[last]?.left ?? 0) < to) last++;
  return [layout.pinnedCount + first, layout.pinnedCount + last];
}
