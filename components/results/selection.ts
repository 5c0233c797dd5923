/** A rectangle of cells: from the anchor to the active cell, in rows of the view and places of the layout. */
export interface Selection {
  anchor: { row: number; column: number };
  active: { row: number; column: number };
}

export interface Bounds {
  rows: number;
  columns: number;
  /** Rows that fit, for page up and down. */
  page: number;
}

export function rectangle({ anchor, active }: Selection) {
  return {
    top: Math.min(anchor.row, active.row),
    bottom: Math.max(anchor.row, active.row),
    left: Math.min(anchor.column, active.column),
    right: Math.max(anchor.column, active.column),
  };
}

export function contains(selection: Selection, row: number, column: number): boolean {
  const { top, bottom, left, right } = rectangle(selection);
  return row >= top && row <= bottom && column >= left && column <= right;
}

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** Where a key leads; null when it is not one of the grid's. */
export function moved(selection: Selection, event: Key, bounds: Bounds): Selection | null {
  const jump = event.ctrlKey || event.metaKey;
  const last = { row: bounds.rows - 1, column: bounds.columns - 1 };
  if (jump && event.key.toLowerCase() === "a") return { anchor: { row: 0, column: 0 }, active: last };
  const target = destination(selection.active, event.key, jump, last, bounds.page);
  if (!target) return null;
  const active = {
    row: Math.min(last.row, Math.max(0, target.row)),
    column: Math.min(last.column, Math.max(0, target.column)),
  };
  return { anchor: event.shiftKey ? selection.anchor : active, active };
}

function destination(from: Selection["active"], key: string, jump: boolean, last: Selection["active"], page: number) {
  const { row, column } = from;
  switch (key) {
    case "ArrowUp":
      return { row: jump ? 0 : row - 1, column };
    case "ArrowDown":
      return { row: jump ? last.row : row + 1, column };
    case "ArrowLeft":
      return { row, column: jump ? 0 : column - 1 };
    case "ArrowRight":
      return { row, column: jump ? last.column : column + 1 };
    case "PageUp":
      return { row: row - page, column };
    case "PageDown":
      return { row: row + page, column };
    case "Home":
      return { row: jump ? 0 : row, column: 0 };
    case "End":
      return { row: jump ? last.row : row, column: last.column };
    default:
      return null;
  }
}
