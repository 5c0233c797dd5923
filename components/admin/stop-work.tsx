"use client";

import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { StateBadge } from "@/components/ui/state";

interface Props {
  id: string;
  who: string;
  /** On one line. */
  sql: string;
  stopping: boolean;
  onStopped: () => Promise<void>;
}

export function StopWork({ id, who, sql, stopping, onStopped }: Props) {
  if (stopping) return <StateBadge state="cancelling" />;
  return (
    <Confirm
      label="Stop"
      verb={`Stop ${who}'s query`}
      onConfirm={async () => {
        await api("POST", `/executions/${id}/cancel`, { reason: "Stopped by an admin from the load page." });
        await onStopped();
      }}
    >
      <p style={{ margin: "0 0 8px", fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 }}>
        {sql.slice(0, 200)}
      </p>
      It is ended in the warehouse, and its page says that an admin stopped it. Others who wait for the same answer keep
      it running.
    </Confirm>
  );
}
