"use client";

import { NumberInput, PasswordInput, Select, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { WarehouseValues } from "@/components/admin/warehouse-values";
import type { ConfigField } from "@/lib/warehouses/form";

interface Props {
  field: ConfigField;
  form: UseFormReturnType<WarehouseValues>;
  /** Passwords are written, never read: an empty one keeps what is stored. */
  stored: boolean;
}

// The description stands under its input, so that inputs of one row stand level.
export const underneath: ("label" | "input" | "description" | "error")[] = ["label", "input", "error", "description"];

export function ConfigInput({ field, form, stored }: Props) {
  const { name, label, type, choices, optional, placeholder, description } = field;
  const path = `config.${name}`;
  const input = { label, description, placeholder, inputWrapperOrder: underneath, ...form.getInputProps(path) };
  if (type === "number")
    return <NumberInput {...input} allowDecimal={false} hideControls thousandSeparator={optional ? "," : undefined} />;
  if (type === "choice") return <Select {...input} data={[...(choices ?? [])]} allowDeselect={false} />;
  if (type === "password") return <Secret {...input} stored={stored} />;
  return <TextInput {...input} autoComplete="off" spellCheck={false} />;
}

type SecretProps = React.ComponentProps<typeof PasswordInput> & { stored: boolean };

/** A password that is written and never read back. */
export function Secret({ stored, placeholder, ...rest }: SecretProps) {
  return (
    <PasswordInput
      {...rest}
      inputWrapperOrder={underneath}
      autoComplete="new-password"
      placeholder={stored ? "Stored; leave empty to keep it" : placeholder}
      visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
    />
  );
}
