import { ActionIcon, Anchor, Button, Group, Menu, Pill, Text, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconColumns, IconDownload, IconLink, IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { ColumnChoices, ResultColumn } from "./column-layout";
import { agoText, countText, durationText } from "./durations";
import { type ExecutionView, runMs } from "./execution-view";
import type { GridView } from "./grid-view";

const DOWNLOADS = [
  { format: "csv", label: "CSV" },
  { format: "xlsx", label: "Excel (XLSX)" },
  { format: "json", label: "JSON" },
  { format: "ndjson", label: "NDJSON, one row a line" },
  { format: "parquet", label: "Parquet" },
];

interface Props {
  view: ExecutionView;
  grid: GridView;
  columns: ResultColumn[];
  choices: ColumnChoices;
  /** Rows left by filter and search; null while that is counted. */
  matching: number | null;
  onGrid: (change: Partial<GridView>) => void;
  onChoices: (choices: ColumnChoices) => void;
  onCopyLink: () => void;
}

export function ResultToolbar({ view, grid, columns, choices, matching, onGrid, onChoices, onCopyLink }: Props) {
  const narrowed = grid.filter.length > 0 || grid.search !== "";
  const total = countText(view.rowCount ?? 0, "row");
  const ran = runMs(view);
  return (
    <Group gap={8} py={6} wrap="wrap">
      <SearchBox value={grid.search} onChange={(search) => onGrid({ search })} />
      {grid.filter.map((filter) => (
        <Pill
          key={filter.column}
          withRemoveButton
          onRemove={() => onGrid({ filter: grid.filter.filter((each) => each !== filter) })}
        >
          {columns[filter.column]?.name} {filter.op.replace("_", " ")} {filter.value}
        </Pill>
      ))}
      {choices.hidden.length > 0 && (
        <Menu withinPortal>
          <Menu.Target>
            <Button size="compact-xs" variant="subtle" leftSection={<IconColumns size={14} />}>
              {choices.hidden.length} hidden
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onChoices({ ...choices, hidden: [] })}>Show all</Menu.Item>
            <Menu.Divider />
            {choices.hidden.map((index) => (
              <Menu.Item
                key={index}
                onClick={() => onChoices({ ...choices, hidden: choices.hidden.filter((each) => each !== index) })}
              >
                Show {columns[index]?.name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      <Text size="xs" c="dimmed" ml="auto" style={{ fontVariantNumeric: "tabular-nums" }}>
        {narrowed && matching !== null ? `${matching.toLocaleString()} of ${total}` : total}
        {ran !== null && ` · ${durationText(ran)}`}
        {view.finishedAt && (
          <span title={new Date(view.finishedAt).toLocaleString(undefined, { timeZoneName: "short" })}>
            {" "}
            · {agoText(view.finishedAt)}
          </span>
        )}
        {view.user && ` by ${view.user.name}`}
        {view.timeZone && view.timeZone !== "UTC" && ` · times in ${view.timeZone}`}
      </Text>
      <Group gap={4}>
        <Tooltip label="Copy the link to this result">
          <ActionIcon variant="subtle" color="gray" aria-label="Copy link" onClick={onCopyLink}>
            <IconLink size={16} />
          </ActionIcon>
        </Tooltip>
        <Menu withinPortal position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label="Download">
              <IconDownload size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {DOWNLOADS.map(({ format, label }) => (
              <Menu.Item
                key={format}
                component="a"
                href={`/api/v1/executions/${view.id}/download?format=${format}&formulas=neutralise`}
                download
              >
                {label}
              </Menu.Item>
            ))}
            {view.truncated && (
              <Menu.Label>Holds the stored rows only: cut by {view.limitedBy ?? "a limit"}</Menu.Label>
            )}
          </Menu.Dropdown>
        </Menu>
        <Anchor size="xs" href={`/executions/${view.id}`}>
          Open
        </Anchor>
      </Group>
    </Group>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const later = useDebouncedCallback(onChange, 250);
  return (
    <TextInput
      size="xs"
      w={180}
      aria-label="Search all rows"
      placeholder="Search all rows"
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value);
      }}
    />
  );
}
