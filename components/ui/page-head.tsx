import { Group } from "@mantine/core";
import type { ReactNode } from "react";

/** A page's title, one line about it, and what can be done here. */
export function PageHead({ title, note, children }: { title: ReactNode; note?: ReactNode; children?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" gap="sm" mb="md">
      <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
        <h1>{title}</h1>
        {note ? <div style={{ color: "var(--mantine-color-dimmed)", marginTop: 2 }}>{note}</div> : null}
      </div>
      {children ? <Group gap="xs">{children}</Group> : null}
    </Group>
  );
}
