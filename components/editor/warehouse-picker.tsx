import { Group, Select, Text } from "@mantine/core";
import { IconCircleFilled, IconPlayerPause } from "@tabler/icons-react";
import type { GateState, WarehouseItem } from "./use-warehouses";

interface Props {
  warehouses: WarehouseItem[];
  value: string | undefined;
  gate: GateState | null;
  onChange: (id: string) => void;
}

export function WarehousePicker({ warehouses, value, gate, onChange }: Props) {
  return (
    <Group gap={8} wrap="nowrap">
      <Select
        size="xs"
        w={160}
        aria-label="Warehouse"
        placeholder="Warehouse"
        data={warehouses.map(({ id, name }) => ({ value: id, label: name }))}
        value={value ?? null}
        onChange={(id) => id && onChange(id)}
        allowDeselect={false}
        searchable={warehouses.length > 8}
      />
      {gate && <GateMark gate={gate} />}
    </Group>
  );
}

function GateMark({ gate }: { gate: GateState }) {
  if (gate.paused) {
    return (
      <Group gap={4} wrap="nowrap" title={gate.reason ?? undefined}>
        <IconPlayerPause size={14} color="var(--mantine-color-yellow-7)" />
        <Text size="xs">Paused{gate.reason ? `: ${gate.reason}` : ""}</Text>
      </Group>
    );
  }
  const used = gate.running ?? 0;
  return (
    <Group gap={4} wrap="nowrap">
      <IconCircleFilled size={8} color="var(--mantine-color-green-6)" />
      <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
        {gate.running === undefined ? `open, ${gate.slots} slots` : `${used} of ${gate.slots} slots`}
        {gate.waiting ? `, ${gate.waiting} waiting` : ""}
      </Text>
    </Group>
  );
}
