"use client";

import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { Dialog } from "@/components/ui/dialog";
import { useRest } from "@/components/ui/use-rest";
import type { QueryTile } from "@/lib/boards/schema";
import type { SavedChart } from "@/lib/charts/schema";
import type { Parameter, QueryView } from "@/lib/queries/schema";

interface Props {
  tile: QueryTile;
  /** The board's. */
  parameters: Parameter[];
  onChange: (tile: QueryTile) => void;
  onClose: () => void;
}

/** How a tile shows its query's answer, and what the board says to its parameters. */
export function TileSettings({ tile, parameters, onChange, onClose }: Props) {
  const query = useRest<QueryView>(`/queries/${tile.query}`);
  const charts = useRest<{ items: SavedChart[] }>(`/charts?of=query&id=${tile.query}`);
  const shows = tile.as === "table" ? "table" : (tile.chart ?? "proposed");
  return (
    <Dialog opened onClose={onClose} title={query.data?.title ?? "Tile"} centered size={520}>
      <Stack gap="sm">
        <TextInput
          label="Title"
          placeholder={query.data?.title}
          maxLength={200}
          value={tile.title ?? ""}
          onChange={(event) => onChange({ ...tile, title: event.currentTarget.value || undefined })}
        />
        <Select
          label="It shows"
          allowDeselect={false}
          data={[
            { value: "proposed", label: "A chart that fits its columns" },
            ...(charts.data?.items ?? []).map(({ id, title }) => ({ value: id, label: `The chart “${title}”` })),
            { value: "table", label: "Its first rows" },
          ]}
          value={shows}
          onChange={(next) =>
            onChange({
              ...tile,
              as: next === "table" ? "table" : "chart",
              chart: next === "table" || next === "proposed" ? null : next,
            })
          }
        />
        {query.data?.parameters.map((one) => (
          <Source key={one.name} wanted={one} tile={tile} parameters={parameters} onChange={onChange} />
        ))}
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

const fixed = " fixed";
const own = " own";

function Source({ wanted, tile, parameters, onChange }: Omit<Props, "onClose"> & { wanted: Parameter }) {
  const { name } = wanted;
  const source = tile.parameters[name];
  const same = parameters.some((one) => one.name === name);
  const chosen = source === undefined ? (same ? name : own) : "board" in source ? source.board : fixed;
  const set = (next: QueryTile["parameters"][string] | undefined) => {
    const { [name]: _, ...rest } = tile.parameters;
    onChange({ ...tile, parameters: next === undefined ? rest : { ...rest, [name]: next } });
  };
  const label = wanted.label || name;
  return (
    <Group gap="sm" grow align="flex-end">
      <Select
        label={`Its ${label} is`}
        allowDeselect={false}
        data={[
          ...parameters.map((one) => ({ value: one.name, label: `the board's ${one.label || one.name}` })),
          ...(same ? [] : [{ value: own, label: "its own default" }]),
          { value: fixed, label: "always the same" },
        ]}
        value={chosen}
        onChange={(next) =>
          set(next === fixed ? { value: "" } : !next || next === own || next === name ? undefined : { board: next })
        }
      />
      {source && "value" in source ? (
        <TextInput
          label={`Value of ${label}`}
          value={Array.isArray(source.value) ? source.value.join(", ") : String(source.value ?? "")}
          onChange={(event) => set({ value: givenText(wanted, event.currentTarget.value) })}
        />
      ) : null}
    </Group>
  );
}

const several = (one: Parameter) => one.type === "multi" || (one.type === "queryList" && one.multi);
const givenText = (one: Parameter, text: string) =>
  several(one)
    ? text
        .split(",")
        .map((part) => part.trim())
        .filter(Boolean)
    : text;
