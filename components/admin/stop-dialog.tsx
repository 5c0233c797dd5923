"use client";

import type { ReactNode } from "react";
import { ReasonDialog } from "@/components/admin/reason-dialog";
import { api } from "@/components/ui/api";
import type { StopAnswer, StopRequest } from "@/lib/gate/schema";

export interface StopAsked {
  /** Says what will happen, to what. */
  title: string;
  of: StopRequest["of"];
  targets: string[];
  state?: StopRequest["state"];
  /** It is one stage: its run is cancelled as a whole. */
  stage?: boolean;
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
    const body = { of, ...(targets.length ? { targets } : {}), state, reason };
    // Of many, each request does as much as it has time for.
    for (let left = 1; left > 0; ) {
      const done = await api<StopAnswer>("POST", `/warehouses/${warehouse}/stop`, body);
      left = done.stopped + done.runs > 0 ? done.left : 0;
    }
    await onDone();
  };
  return (
    <ReasonDialog
      title={asked.title}
      verb={asked.stage ? "Stop the run" : "Stop"}
      reason="Stopped by an admin from the load page."
      onClose={onClose}
      onConfirm={stop}
    >
      {asked.about}
      <p style={{ margin: 0 }}>
        {asked.stage
          ? "The whole run is cancelled, with its other stages: a stage that ended alone would be tried again. What it does in the warehouse is ended there, and the run's page says why."
          : "It is ended in the warehouse, for everybody who waits for it, and its page says why."}
      </p>
      {asked.of === "execution" ? null : (
        <p style={{ margin: 0 }}>A pipeline with a stage among it is cancelled, with its other stages.</p>
      )}
    </ReasonDialog>
  );
}
