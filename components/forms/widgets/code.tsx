"use client";

import { Input, Skeleton } from "@mantine/core";
import dynamic from "next/dynamic";
import { useMemo } from "react";
import { useCatalog } from "@/components/editor/use-catalog";
import { useWarehouses } from "@/components/editor/use-warehouses";
import { asText, type FieldProps, inputProps } from "@/components/forms/context";
import classes from "@/components/forms/forms.module.css";
import { completer } from "@/lib/completion/complete";

const CodeEditor = dynamic(() => import("@/components/editor/code-editor"), {
  ssr: false,
  loading: () => <Skeleton height={120} />,
});

/** SQL and other code. SQL completes the names of the warehouse that the form names. */
export function Code(props: FieldProps) {
  const { field, value, onChange, label } = props;
  const sql = field["x-widget"] === "sql" || field["x-language"] === "sql";
  const { id, description: said, error, withAsterisk, readOnly } = inputProps(props);
  const keys = sql || readOnly ? "" : "Tab indents; after Escape it leaves the field.";
  const description = [said, keys].filter(Boolean).join(" ") || undefined;
  const frame = { id, label, description, error, withAsterisk };
  const body = {
    label,
    language: sql ? "sql" : (field["x-language"] ?? "shell"),
    value: asText(value),
    readOnly,
    invalid: Boolean(error),
    describedBy: [error && `${id}-error`, description && `${id}-description`].filter(Boolean).join(" ") || undefined,
    onChange: (text: string) => onChange(text === "" ? undefined : text),
  };
  return (
    <Input.Wrapper {...frame} labelElement="div">
      <div className={classes.code} data-invalid={error ? true : undefined}>
        {sql ? <SqlField {...body} named={warehouseOf(props)} /> : <CodeEditor {...body} heights={[180, 520]} />}
      </div>
    </Input.Wrapper>
  );
}

interface Body {
  label: string;
  language: string;
  value: string;
  readOnly: boolean;
  invalid: boolean;
  describedBy: string | undefined;
  onChange: (text: string) => void;
}

function SqlField({ named, ...body }: Body & { named: string | null }) {
  const { warehouses } = useWarehouses();
  const warehouse = warehouses?.find(({ id, name }) => name === named || id === named);
  const { catalog } = useCatalog(warehouse?.id);
  const engine = warehouse?.engine ?? "postgres";
  const complete = useMemo(() => completer(catalog?.tables ?? [], engine), [catalog, engine]);
  return <CodeEditor {...body} heights={[120, 420]} tabLeaves completer={complete} />;
}

/** The warehouse whose SQL it is: the one that the manifest says, else the one field that names one. */
function warehouseOf({ field, context }: FieldProps): string | null {
  const value = context.values[field["x-warehouse"] ?? "warehouse"];
  return typeof value === "string" ? value : null;
}
