"use client";

import { useState } from "react";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { ObjectRef } from "@/lib/shares/schema";

/** Asks for access in one click. Of what it is, nothing is known here. */
export function AskAccess({ kind, id, asked }: ObjectRef & { asked: boolean }) {
  const [sent, setSent] = useState(asked);
  const { run, busy, problem } = useAction();
  const ask = () =>
    void run(async () => {
      await api("POST", "/access-requests", { kind, id });
      setSent(true);
    });
  return (
    <div style={{ display: "flex", flexDirection: "column", alignItems: "center", gap: 8 }}>
      {sent ? null : (
        <BusyButton size="sm" loading={busy} onClick={ask}>
          Ask for access
        </BusyButton>
      )}
      <p role="status" style={{ margin: 0 }}>
        {sent ? "You have asked for access. The answer comes to your inbox." : ""}
      </p>
      <Refusal>{problem?.message}</Refusal>
    </div>
  );
}
