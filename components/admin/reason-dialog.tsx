"use client";

import { Stack, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { useAction } from "@/components/ui/use-action";

interface Props {
  /** Says what will happen, to what. */
  title: string;
  /** What it means for those concerned. */
  children: ReactNode;
  /** What the button does. */
  verb: string;
  /** Where the reason stands, where that is not plain. */
  reasonIs?: string;
  reason?: string;
  onClose: () => void;
  onConfirm: (reason: string) => Promise<void>;
}

/** Asks before something is ended for good, and why. */
export function ReasonDialog({ title, children, verb, reasonIs, reason: first = "", onClose, onConfirm }: Props) {
  const { run, busy, problem } = useAction();
  const [reason, setReason] = useState(first);
  return (
    <Dialog opened onClose={onClose} title={title} centered>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void run(async () => {
            await onConfirm(reason);
            onClose();
          });
        }}
      >
        <Stack gap="sm">
          <Text component="div" style={{ overflowWrap: "anywhere" }}>
            {children}
          </Text>
          <TextInput
            label="Reason"
            description={reasonIs}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
          <DialogActions refusal={problem?.message} busy={busy} onCancel={onClose} verb={verb} color="red" />
        </Stack>
      </form>
    </Dialog>
  );
}
