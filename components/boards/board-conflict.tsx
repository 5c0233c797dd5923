"use client";

import type { BoardText } from "@/components/boards/board-editor";
import { TextDiff } from "@/components/queries/text-diff";
import { ConflictAlert } from "@/components/ui/conflict-alert";
import type { Tile } from "@/lib/boards/schema";

export interface BoardConflict {
  message: string;
  current: BoardText & { revision: number; author: string };
}

interface Props {
  conflict: BoardConflict;
  mine: BoardText;
  onSaveMine: () => void;
  onTakeTheirs: () => void;
}

/** Two people changed one board: how yours differs from theirs, and which stands in the form. Neither is gone. */
export function BoardConflictNotice({ conflict, mine, onSaveMine, onTakeTheirs }: Props) {
  const { current, message } = conflict;
  return (
    <>
      <ConflictAlert
        title={`${current.author} changed this board meanwhile`}
        message={message}
        save="Save mine on top"
        onSaveMine={onSaveMine}
        onTakeTheirs={onTakeTheirs}
      />
      <h2 style={{ margin: "16px 0 8px" }}>What yours would change in theirs</h2>
      <TextDiff before={linesOf(current)} after={linesOf(mine)} label="The board" />
    </>
  );
}

/** A board as text, a line for each thing that somebody may have changed. */
export function linesOf({ title, description, parameters, tiles }: BoardText): string {
  return [
    `Title: ${title}`,
    description,
    ...parameters.map((one) => `Asks for ${one.label || one.name}: ${JSON.stringify(one)}`),
    ...tiles.map(tileLine),
  ].join("\n");
}

function tileLine(tile: Tile): string {
  const size = `${tile.width} × ${tile.height}`;
  if (tile.kind === "text") return `Text, ${size}:\n${tile.text}`;
  const shows = tile.as === "table" ? "rows" : tile.chart ? `chart ${tile.chart}` : "a chart";
  return `Tile ${tile.title ?? ""} of query ${tile.query}, ${size}, ${shows}, ${JSON.stringify(tile.parameters)}`;
}
