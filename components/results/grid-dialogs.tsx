import { Button, Group, Modal, NumberInput, Text } from "@mantine/core";
import { useState } from "react";
import { type Cell, rawText } from "./cell-format";
import type { PlacedColumn } from "./column-layout";
import classes from "./grid.module.css";
import { writeText } from "./use-grid-keys";

export function GoToRow({
  rowCount,
  onGo,
  onClose,
}: {
  rowCount: number;
  onGo: (row: number) => void;
  onClose: () => void;
}) {
  const [row, setRow] = useState<number | string>("");
  return (
    <Modal opened onClose={onClose} title="Go to row" size="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typeof row === "number") onGo(row - 1);
        }}
      >
        <NumberInput
          data-autofocus
          label={`Row, 1 to ${rowCount.toLocaleString()}`}
          min={1}
          max={rowCount}
          allowDecimal={false}
          thousandSeparator
          hideControls
          value={row}
          onChange={setRow}
        />
        <Group justify="flex-end" mt={12}>
          <Button type="submit">Go</Button>
        </Group>
      </form>
    </Modal>
  );
}

/** The whole value of one cell, unformatted; JSON also laid out. */
export function CellValue({
  value,
  column,
  row,
  onClose,
}: {
  value: Cell;
  column: PlacedColumn;
  row: number;
  onClose: () => void;
}) {
  const [laidOut, setLaidOut] = useState(false);
  const text = rawText(value);
  const json = /^jsonb?$/.test(column.type) ? pretty(text) : null;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={
        <Text fw={600}>
          {column.name}{" "}
          <Text span c="dimmed" size="xs">
            {column.type} · row {(row + 1).toLocaleString()} · {text.length.toLocaleString()} characters
          </Text>
        </Text>
      }
    >
      <pre className={classes.value}>
        {value === null ? <span className={classes.null}>null</span> : laidOut && json ? json : text}
      </pre>
      <Group mt={12} justify="flex-end">
        {json && (
          <Button variant="default" onClick={() => setLaidOut(!laidOut)}>
            {laidOut ? "As it is" : "Lay out JSON"}
          </Button>
        )}
        <Button variant="default" onClick={() => void writeText(text)}>
          Copy value
        </Button>
      </Group>
    </Modal>
  );
}

function pretty(text: string): string | null {
  // Numbers beyond a double would change on the way through JSON.parse; those stay as they are.
  if (/\d{16,}/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}
