"use client";

import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";

interface Props {
  id: string;
  what: string;
  stopping: boolean;
  onStopped: () => Promise<void>;
}

export function StopWork({ id, what, stopping, onStopped }: Props) {
  if (stopping) return <span style={{ color: "var(--sl-running)" }}>Stopping</span>;
  return (
    <Confirm
      label="Stop"
      verb={`Stop ${what}`}
      onConfirm={async () => {
        await api("POST", `/executions/${id}/cancel`, { reason: "Stopped by an admin from the load page." });
        await onStopped();
      }}
    >
      It is ended in the warehouse, and its page says that an admin stopped it. Whoever joined it loses it, too, unless
      they go on waiting.
    </Confirm>
  );
}
