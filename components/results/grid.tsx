"use client";

import { Button, Group, Text } from "@mantine/core";
import dynamic from "next/dynamic";
import { type MouseEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import type { ColumnChoices } from "./column-choices";
import { type ColumnActions, ColumnHeader } from "./column-header";
import { moveColumn, nudgeColumn, placeColumns, type ResultColumn, toggle, visibleRange } from "./column-layout";
import classes from "./grid.module.css";
import { GridRow } from "./grid-row";
import type { GridView } from "./grid-view";
import type { LargeCell, RowSource } from "./row-source";
import { ROW_HEIGHT } from "./scroll-map";
import type { Selection } from "./selection";
import { useGridKeys } from "./use-grid-keys";
import { useGridScroll } from "./use-grid-scroll";

// Loaded when one is opened.
const GoToRow = dynamic(() => import("./grid-dialogs").then((dialogs) => dialogs.GoToRow), { ssr: false });
const CellValue = dynamic(() => import("./grid-dialogs").then((dialogs) => dialogs.CellValue), { ssr: false });

const HEADER = 32;

interface Props {
  label: string;
  columns: ResultColumn[];
  /** Widths that the first rows ask for, where the reader chose none. */
  fitted: number[];
  source: RowSource;
  stale: boolean;
  view: GridView;
  choices: ColumnChoices;
  onView: (change: Partial<GridView>) => void;
  onChoices: (choices: ColumnChoices) => void;
  onSay: (message: string) => void;
  /** Where the whole value of a large cell can be read. */
  cellHref: (cell: LargeCell) => string;
}

/** Rows of a result of any length: only the cells in sight exist, windows of rows come from the server. */
export function Grid({
  label,
  columns,
  fitted,
  source,
  stale,
  view,
  choices,
  onView,
  onChoices,
  onSay,
  cellHref,
}: Props) {
  const gridId = useId();
  const rowCount = source.total ?? 0;
  const layout = useMemo(() => placeColumns(columns, choices, fitted), [columns, choices, fitted]);
  const scroll = useGridScroll(rowCount, HEADER);
  const [selection, setSelection] = useState<Selection | null>(null);
  const [dialog, setDialog] = useState<"row" | "cell" | null>(null);

  const gutter = Math.max(40, rowCount.toLocaleString().length * 8 + 16);
  const first = Math.floor(scroll.top / ROW_HEIGHT);
  const last = Math.min(rowCount - 1, Math.ceil((scroll.top + scroll.viewport) / ROW_HEIGHT));
  const [from, to] = visibleRange(
    layout,
    scroll.left,
    scroll.left + Math.max(0, scroll.width - gutter - layout.pinnedWidth),
  );
  const width = Math.max(scroll.width, gutter + layout.width);

  useEffect(() => {
    if (rowCount > 0) source.want(first - 20, Math.min(rowCount - 1, last + 20));
  }, [source, first, last, rowCount]);

  const viewKey = JSON.stringify(view);
  const shownKey = useRef(viewKey);
  useEffect(() => {
    if (shownKey.current === viewKey) return;
    shownKey.current = viewKey;
    setSelection(null);
    scroll.moveTo(0);
  });

  const reveal = (next: Selection) => {
    setSelection(next);
    const { row, column } = next.active;
    const y = row * ROW_HEIGHT;
    let top = scroll.top;
    if (y < top) top = y;
    else if (y + ROW_HEIGHT > top + scroll.viewport) top = y + ROW_HEIGHT - scroll.viewport;
    const placed = layout.columns[column];
    let left = scroll.left;
    if (placed && !placed.pinned) {
      const free = scroll.width - gutter - layout.pinnedWidth;
      if (placed.left < left) left = placed.left;
      else if (placed.left + placed.width > left + free)
        left = Math.min(placed.left, placed.left + placed.width - free);
    }
    scroll.moveTo(top, left);
  };
  // Dialogs are taken away at once, so the focus goes back by hand.
  const closeDialog = () => {
    setDialog(null);
    scroll.ref.current?.focus({ preventScroll: true });
  };
  const goTo = (row: number) => {
    const at = Math.min(rowCount - 1, Math.max(0, row));
    const cell = { row: at, column: selection?.active.column ?? 0 };
    setSelection({ anchor: cell, active: cell });
    scroll.moveTo(at * ROW_HEIGHT - scroll.viewport / 3);
    closeDialog();
  };
  const onKeyDown = useGridKeys({
    source,
    layout,
    rowCount,
    page: Math.max(1, Math.floor(scroll.viewport / ROW_HEIGHT) - 1),
    selection,
    select: reveal,
    open: () => setDialog("cell"),
    goTo: () => setDialog("row"),
    say: onSay,
  });

  const cellAt = (event: MouseEvent) => {
    const cell = (event.target as Element).closest<HTMLElement>("[data-place]");
    return cell ? { row: Number(cell.dataset.row), column: Number(cell.dataset.place) } : null;
  };
  const onMouse = (event: MouseEvent) => {
    const cell = cellAt(event);
    if (!cell || event.button !== 0) return;
    if (event.type === "mousedown")
      setSelection({ anchor: event.shiftKey && selection ? selection.anchor : cell, active: cell });
    else if (event.buttons === 1 && selection) setSelection({ ...selection, active: cell });
  };

  const actions = useMemo<ColumnActions>(
    () => ({
      sort: (column, direction) => {
        const others = view.sort.filter((key) => key.column !== column);
        onView({ sort: direction ? [{ column, descending: direction === "desc" }, ...others].slice(0, 3) : others });
      },
      filter: (column, filter) => {
        const others = view.filter.filter((each) => each.column !== column);
        onView({ filter: filter ? [...others, { column, ...filter }] : others });
      },
      hide: (index) => onChoices({ ...choices, hidden: [...choices.hidden, index] }),
      pin: (index) => onChoices({ ...choices, pinned: toggle(choices.pinned, index) }),
      nudge: (index, step) => onChoices(nudgeColumn(choices, layout, index, step)),
      drop: (index, before) => onChoices(moveColumn(choices, index, before)),
      resize: (index, next) => onChoices({ ...choices, widths: { ...choices.widths, [index]: next } }),
      format: (index, format) => onChoices({ ...choices, formats: { ...choices.formats, [index]: format } }),
    }),
    [view, choices, layout, onView, onChoices],
  );

  const heads = (start: number, end: number, offset: number) =>
    layout.columns
      .slice(start, end)
      .map((column, index) => (
        <ColumnHeader
          key={column.index}
          column={column}
          place={start + index}
          left={offset + column.left}
          sort={view.sort.find((key) => key.column === column.index)}
          filter={view.filter.find((filter) => filter.column === column.index)}
          actions={actions}
        />
      ));
  // Rows stand at places that stay the same over many rows of scrolling, on a layer that moves: a row that stays in
  // sight is not drawn again. The places begin anew every so often, since none may lie beyond what a browser can draw.
  const base = Math.floor(first / 1_000) * 1_000;
  const rows = [];
  for (let row = first; row <= last; row++) {
    rows.push(
      <GridRow
        key={row}
        row={row}
        cells={source.row(row)}
        y={(row - base) * ROW_HEIGHT}
        {...{ layout, from, to, gutter, width, selection, gridId }}
      />,
    );
  }
  const narrowed = view.filter.length > 0 || view.search !== "";
  const activeColumn = selection ? layout.columns[selection.active.column] : undefined;
  const activeValue = selection && activeColumn ? source.row(selection.active.row)?.[activeColumn.index] : undefined;
  const large = selection && activeColumn && source.large(selection.active.row, activeColumn.index);

  return (
    <div className={classes.frame}>
      <div
        ref={scroll.ref}
        className={classes.grid}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rowCount + 1}
        aria-colcount={layout.columns.length + 1}
        aria-multiselectable
        aria-busy={stale}
        aria-activedescendant={selection ? `${gridId}-${selection.active.row}-${selection.active.column}` : undefined}
        onScroll={scroll.onScroll}
        onKeyDown={onKeyDown}
        onMouseDown={onMouse}
        onMouseOver={onMouse}
        onDoubleClick={(event) => cellAt(event) && setDialog("cell")}
      >
        <div style={{ height: scroll.height, width }}>
          <div
            className={classes.layer}
            data-stale={stale || undefined}
            style={{ height: Math.min(scroll.viewport + HEADER, scroll.height), width }}
          >
            <div className={classes.header} role="row" aria-rowindex={1} style={{ width }}>
              <div className={classes.stuck} style={{ width: gutter + layout.pinnedWidth }}>
                {heads(0, layout.pinnedCount, gutter)}
              </div>
              {heads(from, to, gutter + layout.pinnedWidth)}
            </div>
            <div
              className={classes.rows}
              style={{ transform: `translateY(${HEADER + base * ROW_HEIGHT - scroll.top}px)`, width }}
            >
              {rows}
            </div>
          </div>
        </div>
      </div>
      {scroll.jumping && <div className={classes.where}>Row {(first + 1).toLocaleString()}</div>}
      {source.error && (
        <Group className={classes.where}>
          <Text size="sm">{source.error.message}</Text>
          <Button size="compact-xs" style={{ pointerEvents: "auto" }} onClick={() => source.retry()}>
            Try again
          </Button>
        </Group>
      )}
      {source.total === 0 && (
        <div className={classes.nothing}>
          {narrowed ? "No row matches this filter and search." : "The statement succeeded and returned no rows."}
        </div>
      )}
      {dialog === "row" && <GoToRow rowCount={rowCount} onGo={goTo} onClose={closeDialog} />}
      {dialog === "cell" && selection && activeColumn && activeValue !== undefined && (
        <CellValue
          value={activeValue}
          column={activeColumn}
          row={selection.active.row}
          large={large ? { bytes: large.bytes, href: cellHref(large) } : undefined}
          onClose={closeDialog}
        />
      )}
    </div>
  );
}
