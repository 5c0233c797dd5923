import { type Format, type Kind, kindOf } from "./cell-format";
import type { ColumnChoices } from "./column-choices";

export interface ResultColumn {
  name: string;
  type: string;
}

export interface PlacedColumn {
  /** Index in the result, which the API's sort and filter speak of. */
  index: number;
  name: string;
  type: string;
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

export function placeColumns(columns: ResultColumn[], choices: ColumnChoices): Layout {
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
      const width = choices.widths[index] ?? defaultWidth(column);
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

/** Characters that values of a type have as a rule; a timestamp with its zone is the longest of them all. */
function usualLength(type: string, kind: Kind): number {
  if (/^timestamp.*(with time zone|tz)/i.test(type)) return 32;
  if (kind === "timestamp") return 26;
  if (/^uuid$/i.test(type)) return 36;
  if (kind === "text") return 22;
  return 12;
}

/** Wide enough for the usual value (13 px tabular digits are near 8 px wide) and, up to a point, for the name. */
function defaultWidth(column: ResultColumn): number {
  const byValue = usualLength(column.type, kindOf(column.type)) * 8 + 18;
  const byName = column.name.length * 8 + 52;
  return Math.max(byValue, Math.min(320, byName));
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
