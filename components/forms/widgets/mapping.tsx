"use client";

import { ActionIcon, Button, Input, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { asText, type FieldProps, inputProps } from "@/components/forms/context";
import classes from "@/components/forms/forms.module.css";

interface Row {
  key: string;
  value: string;
}

/** Names with a value each. A row whose name is empty or taken stays on the page, and is not in the document. */
export function Mapping(props: FieldProps) {
  const { id, value, onChange, context, label } = props;
  const outside = JSON.stringify(value ?? {});
  const [rows, setRows] = useState(() => rowsOf(value));
  const [said, setSaid] = useState(outside);
  if (outside !== said) {
    setSaid(outside);
    setRows(rowsOf(value));
  }
  const change = (next: Row[]) => {
    const found = mappingOf(next);
    setRows(next);
    setSaid(JSON.stringify(found ?? {}));
    onChange(found);
  };
  const put = (at: number, part: Partial<Row>) =>
    change(rows.map((row, place) => (place === at ? { ...row, ...part } : row)));
  const { description, error, withAsterisk } = inputProps(props);
  return (
    <Input.Wrapper {...{ label, description, error, withAsterisk }} labelElement="div" id={id}>
      <div className={classes.rows}>
        {rows.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and their texts change as they are typed
          <div key={at} className={classes.pair}>
            <TextInput
              aria-label={`Name ${at + 1} of ${label}`}
              placeholder="name"
              readOnly={context.readOnly}
              value={row.key}
              error={
                row.key !== "" && rows.findIndex(({ key }) => key === row.key) < at ? "Named above already." : null
              }
              onChange={(event) => put(at, { key: event.currentTarget.value })}
            />
            <TextInput
              aria-label={`Value ${at + 1} of ${label}`}
              placeholder="value"
              readOnly={context.readOnly}
              value={row.value}
              onChange={(event) => put(at, { value: event.currentTarget.value })}
            />
            {context.readOnly ? null : (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove row ${at + 1} of ${label}`}
                onClick={() => change(rows.filter((_, place) => place !== at))}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </div>
        ))}
        {context.readOnly ? null : (
          <Button
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setRows([...rows, { key: "", value: "" }])}
          >
            Add a row
          </Button>
        )}
      </div>
    </Input.Wrapper>
  );
}

const rowsOf = (value: unknown): Row[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).map(([key, one]) => ({ key, value: asText(one) }))
    : [];

function mappingOf(rows: Row[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const { key, value } of rows) if (key !== "" && !Object.hasOwn(found, key)) found[key] = value;
  return Object.keys(found).length > 0 ? found : undefined;
}
