"use client";

import { Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import type { z } from "zod";
import type { testReport } from "@/lib/connections/schema";

export type Report = z.infer<typeof testReport>;

/** What the test found: the engine it met, and what this role could still do to others, with the SQL that takes it away. */
export function TestResult({ report }: { report: Report }) {
  return (
    <Stack gap="sm" role="status">
      {report.ok ? (
        <Group gap={6} wrap="nowrap" align="flex-start" style={{ color: "var(--sl-succeeded)" }}>
          <IconCircleCheck size={18} aria-hidden style={{ flexShrink: 0 }} />
          <span>Connected. {report.version}</span>
        </Group>
      ) : (
        <Group gap={6} wrap="nowrap" align="flex-start" style={{ color: "var(--sl-failed)" }}>
          <IconAlertTriangle size={18} aria-hidden style={{ flexShrink: 0 }} />
          <span>Not connected. {report.problem?.message}</span>
        </Group>
      )}
      {report.warnings.map((warning) => (
        <div key={warning.message}>
          <Group gap={6} wrap="nowrap" align="flex-start">
            <IconAlertTriangle size={18} color="var(--sl-late)" aria-hidden style={{ flexShrink: 0 }} />
            <Text>{warning.message}</Text>
          </Group>
          <Group gap="xs" mt={4} wrap="nowrap" align="flex-start">
            <Code block style={{ flex: 1, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
              {warning.sql}
            </Code>
            <CopyButton value={warning.sql}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? "Copied" : "Copy SQL"}
                </Button>
              )}
            </CopyButton>
          </Group>
        </div>
      ))}
    </Stack>
  );
}
