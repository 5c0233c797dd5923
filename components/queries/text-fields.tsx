import { Textarea, TextInput } from "@mantine/core";
import type { FieldProps } from "@/components/queries/parameter-form";

export function labelOf({ name, label }: FieldProps["parameter"]): string {
  return label || name;
}

export const one = (value: string | string[]) => (Array.isArray(value) ? (value[0] ?? "") : value);

export function TextField({ parameter, value, problem, onChange }: FieldProps) {
  const text = one(value);
  const common = {
    label: labelOf(parameter),
    required: parameter.required,
    value: text,
    error: problem,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return text.includes("\n") ? <Textarea size="sm" autosize maxRows={8} {...common} /> : <TextInput {...common} />;
}

export function NumberField({ parameter, value, problem, onChange }: FieldProps) {
  return (
    <TextInput
      label={labelOf(parameter)}
      required={parameter.required}
      inputMode="decimal"
      value={one(value)}
      error={problem}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
