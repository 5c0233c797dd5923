"use client";

import { NumberInput, PasswordInput, Select, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { WarehouseValues } from "@/components/admin/warehouse-values";

/** As an engine's config.ts describes its fields; the form knows no engine. */
export interface ConfigField {
  name: string;
  label: string;
  type: "text" | "number" | "password" | "choice";
  choices?: readonly string[];
  placeholder?: string;
  description?: string;
}

interface Props {
  field: ConfigField;
  form: UseFormReturnType<WarehouseValues>;
  /** Passwords are written, never read: an empty one keeps what is stored. */
  stored: boolean;
}

export function ConfigInput({ field, form, stored }: Props) {
  const { name, label, type, choices, placeholder, description } = field;
  // The description stands under its input, so that inputs of one row stand level.
  const inputWrapperOrder: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];
  const input = { label, description, placeholder, inputWrapperOrder, ...form.getInputProps(`config.${name}`) };
  if (type === "number") return <NumberInput {...input} allowDecimal={false} hideControls />;
  if (type === "choice") return <Select {...input} data={[...(choices ?? [])]} allowDeselect={false} />;
  if (type === "password") {
    return (
      <PasswordInput
        {...input}
        autoComplete="new-password"
        placeholder={stored ? "Stored; leave empty to keep it" : placeholder}
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
      />
    );
  }
  return <TextInput {...input} autoComplete="off" spellCheck={false} />;
}
