"use client";

import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";

interface Props {
  /** What was refused and belongs to no field. */
  refusal: string | undefined;
  busy: boolean;
  /** What would be saved is not read yet. */
  disabled?: boolean;
  onCancel: () => void;
  /** What the button does. */
  verb?: string;
  /** Red for what ends or deletes something. */
  color?: "red";
  /** What else can be done, before the two. */
  children?: ReactNode;
}

/** The end of a form in a window: why it was refused, Cancel, and what it does. */
export function DialogActions({ refusal, busy, disabled = false, onCancel, verb = "Save", color, children }: Props) {
  return (
    <>
      <Refusal>{refusal}</Refusal>
      <Group justify="flex-end" gap="xs">
        {children}
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <BusyButton type="submit" loading={busy} disabled={disabled} {...(color && { color })}>
          {verb}
        </BusyButton>
      </Group>
    </>
  );
}
