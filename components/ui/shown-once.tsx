"use client";

import { Button, CopyButton, Group, Stack, Text, TextInput } from "@mantine/core";

interface Props {
  label: string;
  value: string;
  note: string;
  /** In a window of its own: closes it. */
  onDone?: () => void;
}

/** A secret that is on screen now and never again. */
export function ShownOnce({ label, value, note, onDone }: Props) {
  return (
    <Stack gap="xs">
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput
          label={label}
          value={value}
          readOnly
          style={{ flex: 1 }}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton value={value} timeout={2000}>
          {({ copied, copy }) => (
            <Button size="sm" onClick={copy}>
              <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
            </Button>
          )}
        </CopyButton>
      </Group>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
      {onDone ? (
        <Button variant="default" mt="xs" onClick={onDone}>
          Done
        </Button>
      ) : null}
    </Stack>
  );
}
