import { Menu, UnstyledButton } from "@mantine/core";
import {
  IconArrowBarToLeft,
  IconArrowBarToRight,
  IconArrowDown,
  IconArrowLeft,
  IconArrowRight,
  IconArrowUp,
  IconEyeOff,
  IconFilter,
  IconPin,
  IconPinnedOff,
  IconX,
} from "@tabler/icons-react";
import { memo, type PointerEvent, useState } from "react";
import { FORMATS, type Format, goesByText } from "./cell-format";
import type { PlacedColumn } from "./column-layout";
import { FilterForm } from "./filter-form";
import classes from "./grid.module.css";
import type { Filter, SortKey } from "./grid-view";

const WIDEST = 1_200;
const NARROWEST = 48;
const STEP = 40;

export interface ColumnActions {
  sort(index: number, direction: "asc" | "desc" | null): void;
  filter(index: number, filter: Omit<Filter, "column"> | null): void;
  hide(index: number): void;
  pin(index: number): void;
  nudge(index: number, step: -1 | 1): void;
  drop(index: number, before: number): void;
  resize(index: number, width: number): void;
  format(index: number, format: Format): void;
}

interface Props {
  column: PlacedColumn;
  place: number;
  left: number;
  sort: SortKey | undefined;
  filter: Filter | undefined;
  actions: ColumnActions;
}

/** Drawn again only when its column changes: a header with its menu is the dearest thing in the grid. */
export const ColumnHeader = memo(function ColumnHeader({ column, place, left, sort, filter, actions }: Props) {
  const [over, setOver] = useState(false);
  const [open, setOpen] = useState(false);
  const { index, name, type, engineType = type, kind } = column;
  const dragType = "application/x-sluice-column";
  return (
    <div
      className={classes.head}
      role="columnheader"
      aria-colindex={place + 2}
      aria-sort={sort ? (sort.descending ? "descending" : "ascending") : "none"}
      style={{ left, width: column.width }}
      data-over={over || undefined}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(dragType, String(index))}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(dragType)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        actions.drop(Number(event.dataTransfer.getData(dragType)), index);
      }}
    >
      <Menu opened={open} onChange={setOpen} position="bottom-start" withinPortal shadow="md" width={230}>
        <Menu.Target>
          <UnstyledButton className={classes.title} data-kind={kind} title={`${name} · ${engineType}`}>
            <span className={classes.name}>{name === "" ? "(no name)" : name}</span>
            {sort && (sort.descending ? <IconArrowDown size={14} /> : <IconArrowUp size={14} />)}
            {filter && <IconFilter size={14} aria-label="filtered" />}
            {column.pinned && <IconPin size={12} aria-label="pinned" />}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {name} · {engineType}
          </Menu.Label>
          {goesByText(type) && <Menu.Label>Sorted and compared as text, not by value</Menu.Label>}
          <Menu.Item leftSection={<IconArrowUp size={14} />} onClick={() => actions.sort(index, "asc")}>
            Sort ascending
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowDown size={14} />} onClick={() => actions.sort(index, "desc")}>
            Sort descending
          </Menu.Item>
          {sort && (
            <Menu.Item leftSection={<IconX size={14} />} onClick={() => actions.sort(index, null)}>
              Remove sort
            </Menu.Item>
          )}
          <Menu.Divider />
          <FilterForm
            kind={kind}
            filter={filter}
            onApply={(next) => {
              setOpen(false);
              actions.filter(index, next);
            }}
          />
          <Menu.Divider />
          <Menu.Item
            leftSection={column.pinned ? <IconPinnedOff size={14} /> : <IconPin size={14} />}
            onClick={() => actions.pin(index)}
          >
            {column.pinned ? "Unpin" : "Pin to the left"}
          </Menu.Item>
          <Menu.Item leftSection={<IconEyeOff size={14} />} onClick={() => actions.hide(index)}>
            Hide
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowLeft size={14} />} onClick={() => actions.nudge(index, -1)}>
            Move left
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowRight size={14} />} onClick={() => actions.nudge(index, 1)}>
            Move right
          </Menu.Item>
          <Menu.Item
            leftSection={<IconArrowBarToRight size={14} />}
            closeMenuOnClick={false}
            onClick={() => actions.resize(index, Math.min(WIDEST, column.width + STEP))}
          >
            Wider
          </Menu.Item>
          <Menu.Item
            leftSection={<IconArrowBarToLeft size={14} />}
            closeMenuOnClick={false}
            onClick={() => actions.resize(index, Math.max(NARROWEST, column.width - STEP))}
          >
            Narrower
          </Menu.Item>
          {FORMATS[kind].length > 0 && <Menu.Label>Show (the value stays)</Menu.Label>}
          {FORMATS[kind].map((format) => (
            <Menu.Item key={format.value} onClick={() => actions.format(index, format.value)}>
              {column.format === format.value ? "✓ " : ""}
              {format.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ResizeHandle width={column.width} onResize={(width) => actions.resize(index, width)} />
    </div>
  );
});

function ResizeHandle({ width, onResize }: { width: number; onResize: (width: number) => void }) {
  const start = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget;
    const from = event.clientX;
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (move) => onResize(Math.min(WIDEST, Math.max(NARROWEST, width + move.clientX - from)));
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
  };
  return <div className={classes.resize} onPointerDown={start} draggable={false} aria-hidden />;
}
