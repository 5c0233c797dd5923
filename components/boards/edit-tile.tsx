"use client";

import { ActionIcon, Textarea } from "@mantine/core";
import { IconGripVertical, IconResize, IconSettings, IconTrash } from "@tabler/icons-react";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import classes from "@/components/boards/board.module.css";
import { resizeTile } from "@/components/boards/move-tiles";
import { placeOf } from "@/components/boards/place";
import { TileContent } from "@/components/boards/tile";
import type { Tile, TileAnswer } from "@/lib/boards/schema";

interface Props {
  tile: Tile;
  at: number;
  of: number;
  title: string;
  answer: TileAnswer | undefined;
  /** Whether this one is being carried, or stands where that one would go. */
  carried: boolean;
  over: boolean;
  /** It has just been moved by a key, and the next one is meant for it, too. */
  moved: boolean;
  onChange: (tile: Tile) => void;
  onMove: (to: number) => void;
  onCarry: (over: number | null, done: boolean) => void;
  onRemove: () => void;
  onSettings: (() => void) | undefined;
}

/** A tile that can be moved and resized, by mouse, touch and keyboard. */
export function EditTile(props: Props) {
  const { tile, at, of, title, answer, carried, over, moved, onChange, onMove, onCarry, onRemove, onSettings } = props;
  const box = useRef<HTMLLIElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  // What is put elsewhere in the page loses the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each place that it comes to counts
  useEffect(() => {
    if (moved) handle.current?.focus();
  }, [moved, at]);
  return (
    <li
      ref={box}
      className={classes.tile}
      style={placeOf(tile)}
      data-place={at}
      data-dragged={carried || undefined}
      data-over={over || undefined}
      aria-label={`${title}, ${at + 1} of ${of}, ${tile.width} columns wide, ${tile.height} rows high`}
    >
      <div className={classes.tools}>
        <ActionIcon
          ref={handle}
          variant="subtle"
          color="gray"
          className={classes.handle}
          aria-label={`Move ${title}: arrow keys, or drag`}
          onKeyDown={(event) => {
            const step = stepOf(event);
            if (step) onMove(at + (step.x || step.y));
          }}
          {...carrying(onCarry)}
        >
          <IconGripVertical size={16} />
        </ActionIcon>
        <span>{title}</span>
        {onSettings ? (
          <ActionIcon variant="subtle" color="gray" aria-label={`Settings of ${title}`} onClick={onSettings}>
            <IconSettings size={16} />
          </ActionIcon>
        ) : null}
        <ActionIcon variant="subtle" color="gray" aria-label={`Take ${title} off the board`} onClick={onRemove}>
          <IconTrash size={16} />
        </ActionIcon>
      </div>
      {tile.kind === "text" ? (
        <Textarea
          aria-label="Text of the tile, as Markdown"
          style={{ flex: 1, minHeight: 0, padding: "4px 8px 28px" }}
          styles={{ wrapper: { height: "100%" }, input: { height: "100%" } }}
          maxLength={50_000}
          value={tile.text}
          onChange={(event) => onChange({ ...tile, text: event.currentTarget.value })}
        />
      ) : (
        <div style={{ flex: 1, minHeight: 0, display: "flex", flexDirection: "column", paddingBottom: 20 }}>
          {answer ? <TileContent tile={tile} answer={answer} refused={undefined} pending={false} bare /> : null}
          {answer ? null : <p className={classes.since}>Its answer shows once the board is saved.</p>}
        </div>
      )}
      <Corner title={title} tile={tile} box={box} onChange={onChange} />
    </li>
  );
}

/** Dragging by the handle: the tile under the pointer is where it would go. */
function carrying(onCarry: Props["onCarry"]) {
  const placeUnder = ({ clientX, clientY }: PointerEvent) => {
    const found = document.elementFromPoint(clientX, clientY)?.closest("[data-place]");
    return found ? Number(found.getAttribute("data-place")) : null;
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLButtonElement>) => event.currentTarget.setPointerCapture(event.pointerId),
    onPointerMove: (event: PointerEvent<HTMLButtonElement>) => {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) onCarry(placeUnder(event), false);
    },
    onPointerUp: (event: PointerEvent<HTMLButtonElement>) => onCarry(placeUnder(event), true),
    onPointerCancel: () => onCarry(null, true),
  };
}

function Corner({
  title,
  tile,
  box,
  onChange,
}: Pick<Props, "title" | "tile" | "onChange"> & { box: React.RefObject<HTMLLIElement | null> }) {
  const [start, setStart] = useState<{ x: number; y: number; width: number; height: number }>();
  const unit = () => {
    const rect = box.current?.getBoundingClientRect();
    return rect ? { width: rect.width / tile.width, height: rect.height / tile.height } : { width: 80, height: 80 };
  };
  const drag = (event: PointerEvent) => {
    if (!start) return;
    const { width, height } = unit();
    const to = resizeTile(
      tile,
      start.width + (event.clientX - start.x) / width,
      start.height + (event.clientY - start.y) / height,
    );
    if (to.width !== tile.width || to.height !== tile.height) onChange(to);
  };
  return (
    <button
      type="button"
      className={classes.corner}
      aria-label={`Resize ${title}, ${tile.width} by ${tile.height}: arrow keys, or drag`}
      onKeyDown={(event) => {
        const step = stepOf(event);
        if (step) onChange(resizeTile(tile, tile.width + step.x, tile.height + step.y));
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setStart({ x: event.clientX, y: event.clientY, width: tile.width, height: tile.height });
      }}
      onPointerMove={drag}
      onPointerUp={() => setStart(undefined)}
      onPointerCancel={() => setStart(undefined)}
    >
      <IconResize size={14} aria-hidden />
    </button>
  );
}

const steps: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

function stepOf(event: KeyboardEvent): { x: number; y: number } | undefined {
  const step = steps[event.key];
  // The page would scroll away from what moves.
  if (step) event.preventDefault();
  return step;
}
