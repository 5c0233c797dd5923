"use client";

import { Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { z } from "zod";
import classes from "@/components/admin/test-report.module.css";
import { SqlBlock } from "@/components/ui/sql-block";
import type { testReport } from "@/lib/connections/schema";

export type Report = z.infer<typeof testReport>;

/** What the test found: the engine it met, and what this role could still do to others, with the SQL that takes it away. */
export function TestResult({ report }: { report: Report }) {
  return (
    <Stack gap="sm" role="status">
      {report.ok ? (
        <div className={classes.line} style={{ color: "var(--sl-succeeded)" }}>
          <IconCircleCheck size={18} aria-hidden />
          <span>Connected to {report.version}.</span>
        </div>
      ) : (
        <div className={classes.line} style={{ color: "var(--sl-failed)" }}>
          <IconCircleX size={18} aria-hidden />
          <span>
            {report.superuser ? "It connects, and is not taken." : "Not connected."} {report.problem?.message}
          </span>
        </div>
      )}
      {report.warnings.map((warning) => (
        <div key={warning.message}>
          <div className={classes.line}>
            <IconAlertTriangle size={18} color="var(--sl-late)" aria-hidden />
            <Text>{warning.message}</Text>
          </div>
          <div className={classes.sql}>
            <SqlBlock sql={warning.sql} />
          </div>
        </div>
      ))}
    </Stack>
  );
}
