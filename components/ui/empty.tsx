import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** One sentence, one button, an example. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <Text fw={500}>{title}</Text>
      {children ? (
        <Text component="div" c="dimmed" maw={520}>
          {children}
        </Text>
      ) : null}
      {action ? <div style={{ marginTop: 8 }}>{action}</div> : null}
    </Stack>
  );
}
