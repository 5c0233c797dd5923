import { Select } from "@mantine/core";
import type { WarehouseItem } from "./use-warehouses";

interface Props {
  warehouses: WarehouseItem[];
  value: string | undefined;
  onChange: (id: string) => void;
}

export function WarehousePicker({ warehouses, value, onChange }: Props) {
  return (
    <Select
      size="xs"
      w={140}
      aria-label="Warehouse"
      placeholder="Warehouse"
      data={warehouses.map(({ id, name }) => ({ value: id, label: name }))}
      value={value ?? null}
      onChange={(id) => id && onChange(id)}
      allowDeselect={false}
      searchable={warehouses.length > 8}
    />
  );
}
