import { ActionIcon, Anchor, Button, Group, Menu, Pill, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconColumns, IconDownload, IconLink, IconSearch } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useState } from "react";
import { useRefused } from "@/components/layout/rights";
import { count } from "@/components/ui/count";
import { duration } from "@/components/ui/duration";
import { IconButton } from "@/components/ui/icon-button";
import { RelativeTime } from "@/components/ui/time";
import type { ExecutionView } from "@/lib/executions/schema";
import type { ColumnChoices } from "./column-choices";
import type { ResultColumn } from "./column-layout";
import { filterWords } from "./filter-form";
import type { GridView } from "./grid-view";
import { limitWords } from "./limit-words";

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
  const noDownload = useRefused("download");
  // On the execution's own page a link to it would lead nowhere.
  const here = usePathname() === `/executions/${view.id}`;
  const narrowed = grid.filter.length > 0 || grid.search !== "";
  const total = count(view.rowCount ?? 0, "row");
  const ran = view.timings.runMs;
  const name = (index: number) => columns[index]?.name || `column ${index + 1}`;
  return (
    <Group gap={8} py={6} wrap="wrap">
      <SearchBox value={grid.search} onChange={(search) => onGrid({ search })} />
      {grid.filter.map((filter) => (
        <Pill
          key={`${filter.column} ${filter.op}`}
          withRemoveButton
          removeButtonProps={{ "aria-label": `Remove the filter on ${name(filter.column)}`, "aria-hidden": false }}
          onRemove={() => onGrid({ filter: grid.filter.filter((each) => each !== filter) })}
        >
          {name(filter.column)} {filterWords(filter)}
        </Pill>
      ))}
      {grid.sort.map((key, at) => (
        <Pill
          key={`sort${key.column}`}
          withRemoveButton
          removeButtonProps={{ "aria-label": `Remove the sort by ${name(key.column)}`, "aria-hidden": false }}
          onRemove={() => onGrid({ sort: grid.sort.filter((each) => each !== key) })}
        >
          {key.descending ? (
            <IconArrowDown size={12} aria-label="descending" />
          ) : (
            <IconArrowUp size={12} aria-label="ascending" />
          )}{" "}
          {at > 0 ? "then " : ""}
          {name(key.column)}
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
                Show {name(index)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      <Text size="xs" c="dimmed" ml="auto" style={{ fontVariantNumeric: "tabular-nums" }}>
        {narrowed && matching !== null ? `${matching.toLocaleString()} of ${total}` : total}
        {/* The execution's own page says in its head how long it took, when and for whom. */}
        {!here && ran !== null && ` · ${duration(ran)}`}
        {!here && view.finishedAt && (
          <>
            {" · "}
            <RelativeTime at={view.finishedAt} />
          </>
        )}
        {!here && ` by ${view.user.name}`}
        {` · times in ${view.timeZone}`}
      </Text>
      <Group gap={4}>
        <IconButton label="Copy link" hint={`Copy the link. It opens for: ${view.audience}`} onClick={onCopyLink}>
          <IconLink size={16} />
        </IconButton>
        <Menu withinPortal position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label="Download">
              <IconDownload size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {noDownload ? (
              <Menu.Label maw={320} style={{ whiteSpace: "normal" }}>
                {noDownload}
              </Menu.Label>
            ) : (
              DOWNLOADS.map(({ format, label }) => (
                <Menu.Item
                  key={format}
                  component="a"
                  href={`/api/v1/executions/${view.id}/download?format=${format}&formulas=neutralise`}
                  download
                >
                  {label}
                </Menu.Item>
              ))
            )}
            {!noDownload && view.truncated && (
              <Menu.Label>Holds the stored rows only: cut by {limitWords(view)}</Menu.Label>
            )}
          </Menu.Dropdown>
        </Menu>
        {!here && (
          <Anchor size="xs" component={Link} href={`/executions/${view.id}`}>
            Open
          </Anchor>
        )}
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
      w={{ base: 136, sm: 180 }}
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
