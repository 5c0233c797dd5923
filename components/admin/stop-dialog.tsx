"use client";

import type { ReactNode } from "react";
import { ReasonDialog } from "@/components/admin/reason-dialog";
import { api } from "@/components/ui/api";
import type { StopRequest } from "@/lib/gate/schema";

export interface StopAsked {
  /** Says what will happen, to what. */
  title: string;
  of: StopRequest["of"];
  targets: string[];
  state?: StopRequest["state"];
  about?: ReactNode;
}

interface Props {
  asked: StopAsked;
  warehouse: string;
  onClose: () => void;
  onDone: () => Promise<void>;
}

/** Ends work for good, with a reason that is kept and shown on each page of it. */
export function StopDialog({ asked, warehouse, onClose, onDone }: Props) {
  const stop = async (reason: string) => {
    const { of, targets, state = "all" } = asked;
    await api("POST", `/warehouses/${warehouse}/stop`, { of, ...(targets.length ? { targets } : {}), state, reason });
    await onDone();
  };
  return (
    <ReasonDialog
      title={asked.title}
      verb="Stop"
      reason="Stopped by an admin from the load page."
      onClose={onClose}
      onConfirm={stop}
    >
      {asked.about}
      <p style={{ margin: 0 }}>It is ended in the warehouse, for everybody who waits for it, and its page says why.</p>
      {asked.of === "execution" ? null : (
        <p style={{ margin: 0 }}>A pipeline with a stage among it is cancelled, with its other stages.</p>
      )}
    </ReasonDialog>
  );
}
