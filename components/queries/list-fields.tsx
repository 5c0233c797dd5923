import { Select } from "@mantine/core";
import type { FieldProps } from "@/components/queries/parameter-form";
import { labelOf, one } from "@/components/queries/text-fields";
import type { Parameter } from "@/lib/queries/schema";

type ListParameter = Parameter & { type: "list" | "multi" };

export const choices = ({ options }: ListParameter) =>
  options.map(({ value, label }) => ({ value, label: label || value }));

export function ListField({ parameter, value, problem, onChange }: FieldProps<Parameter & { type: "list" }>) {
  const data = choices(parameter);
  const chosen = one(value);
  return (
    <Select
      size="sm"
      label={labelOf(parameter)}
      required={parameter.required}
      placeholder={parameter.required ? undefined : "Any"}
      data={data}
      value={data.some((choice) => choice.value === chosen) ? chosen : null}
      error={problem}
      onChange={(next) => onChange(next ?? "")}
      clearable={!parameter.required}
      allowDeselect={!parameter.required}
      searchable={data.length > 8}
      nothingFoundMessage="Not in the list"
    />
  );
}
