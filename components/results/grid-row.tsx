import { memo } from "react";
import { type Cell, displayText } from "./cell-format";
import type { Layout, PlacedColumn } from "./column-layout";
import classes from "./grid.module.css";
import { contains, type Selection } from "./selection";

interface Props {
  row: number;
  cells: Cell[] | undefined;
  y: number;
  layout: Layout;
  /** Free columns to draw: places in the layout. */
  from: number;
  to: number;
  gutter: number;
  width: number;
  selection: Selection | null;
  gridId: string;
}

/** One row: row number and pinned cells stick to the left edge, free cells stand at their offset. */
export const GridRow = memo(function GridRow(props: Props) {
  const { row, layout, y, gutter, width } = props;
  const pinned = layout.columns.slice(0, layout.pinnedCount);
  const free = layout.columns.slice(props.from, props.to);
  return (
    <div
      className={classes.row}
      role="row"
      aria-rowindex={row + 2}
      style={{ top: y, width }}
      data-odd={row % 2 === 1 || undefined}
    >
      <div className={classes.stuck} style={{ width: gutter + layout.pinnedWidth }}>
        <div className={classes.number} role="rowheader" style={{ width: gutter }}>
          {(row + 1).toLocaleString()}
        </div>
        {pinned.map((column, place) => (
          <CellBox key={column.index} {...props} column={column} place={place} left={gutter + column.left} />
        ))}
      </div>
      {free.map((column, index) => (
        <CellBox
          key={column.index}
          {...props}
          column={column}
          place={props.from + index}
          left={gutter + layout.pinnedWidth + column.left}
        />
      ))}
    </div>
  );
});

function CellBox({
  row,
  cells,
  column,
  place,
  left,
  selection,
  gridId,
}: Props & { column: PlacedColumn; place: number; left: number }) {
  const value = cells?.[column.index];
  const active = selection?.active.row === row && selection.active.column === place;
  return (
    <div
      id={`${gridId}-${row}-${place}`}
      className={classes.cell}
      role="gridcell"
      aria-colindex={place + 2}
      aria-selected={selection ? contains(selection, row, place) : false}
      data-active={active || undefined}
      data-kind={column.kind}
      data-row={row}
      data-place={place}
      style={{ left, width: column.width }}
    >
      <CellText value={value} column={column} />
    </div>
  );
}

/** React escapes text, so HTML in a cell stays text; line breaks are shown as a mark. */
function CellText({ value, column }: { value: Cell | undefined; column: PlacedColumn }) {
  if (value === undefined) return <span className={classes.skeleton} />;
  if (value === null) return <span className={classes.null}>null</span>;
  if (value === "") return <span className={classes.empty}>empty</span>;
  const text = displayText(value, column.kind, column.format);
  return text.length > 400 || text.includes("\n") ? text.slice(0, 400).replaceAll(/\r?\n/g, " ↵ ") : text;
}
