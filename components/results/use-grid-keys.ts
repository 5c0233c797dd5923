import { type KeyboardEvent, useCallback } from "react";
import { toTsv } from "./cell-format";
import type { Layout } from "./column-layout";
import type { RowSource } from "./row-source";
import { moved, rectangle, type Selection } from "./selection";

/** More than this belongs into a download. */
const COPY_CELLS = 2_000_000;

interface Target {
  source: RowSource;
  layout: Layout;
  rowCount: number;
  page: number;
  selection: Selection | null;
  select(selection: Selection): void;
  open(): void;
  goTo(): void;
  say(message: string): void;
}

/** The grid's keys: arrows, pages, ranges with Shift, Ctrl+A, Ctrl+C, Ctrl+G, Enter. */
export function useGridKeys(target: Target) {
  return useCallback(
    (event: KeyboardEvent) => {
      if (event.target !== event.currentTarget) return;
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (command && key === "g") {
        event.preventDefault();
        target.goTo();
        return;
      }
      if (target.rowCount === 0 || target.layout.columns.length === 0) return;
      const selection = target.selection ?? { anchor: { row: 0, column: 0 }, active: { row: 0, column: 0 } };
      if (command && key === "c") {
        event.preventDefault();
        void copy(target, selection);
        return;
      }
      if (key === "enter" && target.selection) {
        event.preventDefault();
        target.open();
        return;
      }
      const next = moved(selection, event, {
        rows: target.rowCount,
        columns: target.layout.columns.length,
        page: target.page,
      });
      if (!next) return;
      event.preventDefault();
      // The first arrow shows where the cursor is; all is all from the start.
      target.select(target.selection || (command && key === "a") ? next : selection);
    },
    [target],
  );
}

/** Raw values of the selected cells, also those that are not loaded. */
async function copy({ source, layout, say }: Target, selection: Selection): Promise<void> {
  const { top, bottom, left, right } = rectangle(selection);
  const columns = layout.columns.slice(left, right + 1);
  const count = bottom - top + 1;
  if (count * columns.length > COPY_CELLS) {
    say(`That is ${(count * columns.length).toLocaleString()} cells. Download the result instead of copying it.`);
    return;
  }
  try {
    const { rows, largeCells } = await source.range(top, count, AbortSignal.timeout(60_000));
    await writeText(toTsv(rows.map((row) => columns.map((column) => row[column.index] ?? null))));
    const cut = largeCells.filter((cell) => columns.some((column) => column.index === cell.column)).length;
    const copied =
      count * columns.length === 1 ? "Copied" : `Copied ${(count * columns.length).toLocaleString()} cells`;
    say(cut > 0 ? `${copied}; of ${cut} large cells only the beginning. Open a cell to download all of it.` : copied);
  } catch (error) {
    say(`Not copied: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** navigator.clipboard exists on https and localhost only; many companies run inside on plain http. */
export async function writeText(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  const focused = document.activeElement;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!done) throw new Error("the browser refused the clipboard");
}
