import { Button, Group, NumberInput, Text } from "@mantine/core";
import { useState } from "react";
import { useRefused } from "@/components/layout/rights";
import { count } from "@/components/ui/count";
import { Dialog } from "@/components/ui/dialog";
import { type Cell, rawText } from "./cell-format";
import type { PlacedColumn } from "./column-layout";
import classes from "./grid.module.css";
import { layOutJson } from "./json-layout";
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
    <Dialog opened onClose={onClose} title="Go to row" size="xs">
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
    </Dialog>
  );
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toLocaleString("en-US", { maximumFractionDigits: 1 })} MB`;

/** The whole value of one cell, unformatted; JSON also laid out. */
export function CellValue({
  value,
  column,
  row,
  large,
  onClose,
}: {
  value: Cell;
  column: PlacedColumn;
  row: number;
  /** Where the whole value is, when `value` is only its beginning. */
  large?: { bytes: number; href: string };
  onClose: () => void;
}) {
  const [laidOut, setLaidOut] = useState(false);
  const refused = useRefused("download");
  const text = rawText(value);
  const json = /^jsonb?$/.test(column.type) ? layOutJson(text) : null;
  return (
    <Dialog
      opened
      onClose={onClose}
      size="lg"
      title={
        <Text fw={600}>
          {column.name}{" "}
          <Text span c="dimmed" size="xs">
            {column.engineType ?? column.type} · row {(row + 1).toLocaleString()} ·{" "}
            {large ? megabytes(large.bytes) : count(text.length, "character")}
          </Text>
        </Text>
      }
    >
      <pre className={classes.value}>
        {value === null ? <span className={classes.null}>null</span> : laidOut && json ? json : text}
      </pre>
      {large && (
        <Text size="sm" mt={8}>
          This is the beginning only. The whole value is {megabytes(large.bytes)}. {refused}
        </Text>
      )}
      <Group mt={12} justify="flex-end">
        {large && !refused && (
          <Button component="a" href={large.href} download variant="default">
            Download the whole value
          </Button>
        )}
        {json && (
          <Button variant="default" onClick={() => setLaidOut(!laidOut)}>
            {laidOut ? "As it is" : "Lay out JSON"}
          </Button>
        )}
        <Button variant="default" onClick={() => void writeText(text)}>
          {large ? "Copy the beginning" : "Copy value"}
        </Button>
      </Group>
    </Dialog>
  );
}
