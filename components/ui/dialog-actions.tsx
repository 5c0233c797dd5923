"use client";

import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";

interface Props {
  /** What was refused and belongs to no field. */
  refusal: string | undefined;
  busy: boolean;
  onCancel: () => void;
  /** What the button does. */
  verb?: string;
  /** Red for what ends or deletes something. */
  color?: "red";
  /** What else can be done, before the two. */
  children?: ReactNode;
}

/** The end of a form in a window: why it was refused, Cancel, and what it does. */
export function DialogActions({ refusal, busy, onCancel, verb = "Save", color, children }: Props) {
  return (
    <>
      <Refusal>{refusal}</Refusal>
      <Group justify="flex-end" gap="xs">
        {children}
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <BusyButton type="submit" loading={busy} {...(color && { color })}>
          {verb}
        </BusyButton>
      </Group>
    </>
  );
}
