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
  /** What else can be done, before the two. */
  children?: ReactNode;
}

/** The end of a form in a window: why it was refused, Cancel, Save. */
export function DialogActions({ refusal, busy, onCancel, children }: Props) {
  return (
    <>
      <Refusal>{refusal}</Refusal>
      <Group justify="flex-end" gap="xs">
        {children}
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <BusyButton type="submit" loading={busy}>
          Save
        </BusyButton>
      </Group>
    </>
  );
}
