"use client";

import { Button, Group, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { BusyButton } from "@/components/ui/busy-button";
import { Dialog } from "@/components/ui/dialog";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";

interface Asked {
  /** What the button that does it says. */
  label: string;
  /** Says what will happen, to what: "Revoke the token “nightly”". */
  verb: string;
  /** What follows from it. */
  children: ReactNode;
  /** Red, unless nothing is lost by it: null. */
  color?: "red" | null;
  onConfirm: () => Promise<unknown>;
}

/** A button that asks first. */
export function Confirm({ variant = "subtle", ...asked }: Asked & { variant?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant={variant}
        color={variant === "default" ? undefined : "red"}
        onClick={() => setOpen(true)}
        aria-label={asked.verb}
      >
        {asked.label}
      </Button>
      <ConfirmDialog {...asked} opened={open} onClose={() => setOpen(false)} />
    </>
  );
}

interface DialogProps extends Asked {
  opened: boolean;
  onClose: () => void;
}

/** The question itself, for where something else than a button opens it. Stays open on a refusal, and shows it. */
export function ConfirmDialog({ label, verb, children, onConfirm, opened, onClose, color = "red" }: DialogProps) {
  const { run, busy, problem, clear } = useAction();
  const close = () => {
    clear();
    onClose();
  };
  const confirm = () =>
    run(async () => {
      await onConfirm();
      close();
    });
  return (
    <Dialog opened={opened} onClose={close} title={verb} centered>
      <Text component="div" mb="md" style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
      <Refusal>{problem?.message}</Refusal>
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={close} data-autofocus>
          Cancel
        </Button>
        <BusyButton color={color ?? undefined} loading={busy} onClick={confirm}>
          {label}
        </BusyButton>
      </Group>
    </Dialog>
  );
}
