import { MultiSelect } from "@mantine/core";
import { choices } from "@/components/queries/list-fields";
import type { FieldProps } from "@/components/queries/parameter-form";
import { labelOf } from "@/components/queries/text-fields";
import type { Parameter } from "@/lib/queries/schema";

export function SeveralField({ parameter, value, problem, onChange }: FieldProps<Parameter & { type: "multi" }>) {
  const data = choices(parameter);
  const chosen = (Array.isArray(value) ? value : [value]).filter((each) =>
    data.some((choice) => choice.value === each),
  );
  return (
    <MultiSelect
      size="sm"
      label={labelOf(parameter)}
      required={parameter.required}
      placeholder={chosen.length === 0 ? "Any" : undefined}
      data={data}
      value={chosen}
      error={problem}
      onChange={onChange}
      clearable
      searchable
      nothingFoundMessage="Not in the list"
    />
  );
}
