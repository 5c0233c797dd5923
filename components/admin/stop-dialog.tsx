"use client";

import { Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
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
  const { run, busy, problem } = useAction();
  const [reason, setReason] = useState("Stopped by an admin from the load page.");
  const stop = () =>
    run(async () => {
      const { of, targets, state = "all" } = asked;
      await api("POST", `/warehouses/${warehouse}/stop`, { of, ...(targets.length ? { targets } : {}), state, reason });
      await onDone();
      onClose();
    });
  return (
    <Modal opened onClose={onClose} title={asked.title} centered>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void stop();
        }}
      >
        <Stack gap="sm">
          <Text component="div" style={{ overflowWrap: "anywhere" }}>
            {asked.about}
            <p style={{ margin: 0 }}>
              It is ended in the warehouse, for everybody who waits for it, and its page says why.
            </p>
          </Text>
          <TextInput
            label="Reason"
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
          <Refusal>{problem?.message}</Refusal>
          <Group justify="flex-end">
            <BusyButton type="submit" color="red" loading={busy}>
              Stop
            </BusyButton>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
