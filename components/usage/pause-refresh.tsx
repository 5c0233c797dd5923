"use client";

import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";

/** Pauses a schedule in one click; its own page resumes it. */
export function PauseRefresh({ id, title }: { id: string; title: string }) {
  const { run, busy, problem } = useAction();
  return (
    <>
      <BusyButton
        variant="default"
        loading={busy}
        aria-label={`Pause the schedule of “${title}”`}
        onClick={() => void run(() => api("PATCH", `/triggers/${id}`, { paused: true }))}
      >
        Pause
      </BusyButton>
      <Refusal>{problem?.message}</Refusal>
    </>
  );
}
