import { Button } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface Props {
  /** What happened, in one line. */
  title: string;
  children?: ReactNode;
  onRetry?: () => void;
}

/** What, why, what to do. Read out by screen readers when it appears. */
export function ProblemAlert({ title, children, onRetry }: Props) {
  return (
    <div
      role="alert"
      style={{
        display: "flex",
        gap: 12,
        padding: 16,
        border: "1px solid var(--sl-line)",
        borderLeft: "3px solid var(--sl-failed)",
        borderRadius: 6,
      }}
    >
      <IconAlertCircle size={18} color="var(--sl-failed)" style={{ flexShrink: 0, marginTop: 1 }} aria-hidden />
      <div style={{ minWidth: 0, flex: 1, overflowWrap: "anywhere" }}>
        <div style={{ fontWeight: 500 }}>{title}</div>
        {children ? <div style={{ marginTop: 4, color: "var(--mantine-color-dimmed)" }}>{children}</div> : null}
        {onRetry ? (
          <Button mt="sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        ) : null}
      </div>
    </div>
  );
}
