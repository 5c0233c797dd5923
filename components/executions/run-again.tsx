"use client";

import { notifications } from "@mantine/notifications";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { asProblem } from "@/components/ui/problem";
import type { ExecutionView } from "@/lib/executions/schema";

/** The same SQL and parameters as a new execution with its own link; this one stays as it is. */
export function RunAgain({ view }: { view: ExecutionView }) {
  const router = useRouter();
  const [busy, setBusy] = useState(false);

  async function run() {
    setBusy(true);
    try {
      const started = await api<{ id: string }>("POST", "/executions", {
        warehouse: view.warehouse.id,
        sql: view.sql,
        parameters: view.parameters,
        timeZone: view.timeZone,
      });
      router.push(`/executions/${started.id}`);
    } catch (error) {
      setBusy(false);
      notifications.show({ color: "red", title: "Could not run it again", message: asProblem(error).message });
    }
  }

  return (
    <BusyButton leftSection={<IconPlayerPlay size={14} aria-hidden />} loading={busy} onClick={run}>
      {view.via === null ? "Run again" : "Run afresh"}
    </BusyButton>
  );
}
