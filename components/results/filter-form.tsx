import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Kind } from "./cell-format";
import type { Filter } from "./grid-view";

const COMPARISONS = [
  { value: "eq", label: "is" },
  { value: "ne", label: "is not" },
  { value: "lt", label: "less than" },
  { value: "le", label: "at most" },
  { value: "gt", label: "more than" },
  { value: "ge", label: "at least" },
];
const TEXT = [
  { value: "contains", label: "contains" },
  { value: "starts", label: "starts with" },
];
const NULLS = [
  { value: "null", label: "is NULL" },
  { value: "notnull", label: "is not NULL" },
];

function operators(kind: Kind) {
  return kind === "text" ? [...TEXT, ...COMPARISONS, ...NULLS] : [...COMPARISONS, ...NULLS];
}

/** "contains lima", "at most 5": a filter as a person reads it. */
export function filterWords({ op, value }: Filter): string {
  if (Array.isArray(value)) {
    const [first = "", ...rest] = value;
    return `${op === "in" ? "is one of" : "is none of"} ${first === "" ? "an empty text" : first}${rest.length > 0 ? ` and ${rest.length} more` : ""}`;
  }
  const label = [...TEXT, ...COMPARISONS, ...NULLS].find((item) => item.value === op)?.label ?? op;
  return value === undefined ? label : `${label} ${value === "" ? "an empty text" : value}`;
}

interface Props {
  kind: Kind;
  filter: Filter | undefined;
  onApply: (filter: Omit<Filter, "column"> | null) => void;
}

/** Stands inside the column's menu, whose own typing keys it keeps away. */
export function FilterForm({ kind, filter, onApply }: Props) {
  const [op, setOp] = useState(
    (Array.isArray(filter?.value) ? undefined : filter?.op) ?? (kind === "text" ? "contains" : "eq"),
  );
  const [value, setValue] = useState(Array.isArray(filter?.value) ? "" : (filter?.value ?? ""));
  const takesValue = !NULLS.some((item) => item.value === op);
  return (
    <form
      onKeyDown={(event) => event.key !== "Escape" && event.stopPropagation()}
      onSubmit={(event) => {
        event.preventDefault();
        onApply(takesValue ? { op, value } : { op });
      }}
    >
      <Stack gap={6} p={8}>
        <Select
          size="xs"
          aria-label="Comparison"
          data={operators(kind)}
          value={op}
          onChange={(next) => setOp(next ?? op)}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
        />
        {takesValue && (
          <TextInput
            size="xs"
            aria-label="Value"
            placeholder="Value"
            description={kind === "text" ? "Of cells over 1 MiB only the first 1,000 characters count." : undefined}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
        )}
        <Group gap={6} grow>
          <Button size="compact-xs" type="submit" variant="light">
            Filter
          </Button>
          {filter && (
            <Button size="compact-xs" variant="default" onClick={() => onApply(null)}>
              Remove
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
