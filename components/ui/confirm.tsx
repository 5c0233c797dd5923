"use client";

import { Button, Group, Modal, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useAction } from "@/components/ui/use-action";

interface Props {
  /** The button that opens the question. */
  label: string;
  /** Says what will happen, to what: "Revoke the token “nightly”". */
  verb: string;
  children: ReactNode;
  onConfirm: () => Promise<unknown>;
  variant?: string;
}

export function Confirm({ label, verb, children, onConfirm, variant = "subtle" }: Props) {
  const [open, setOpen] = useState(false);
  const { run, busy, problem, clear } = useAction();
  const close = () => {
    setOpen(false);
    clear();
  };
  return (
    <>
      <Button variant={variant} color="red" onClick={() => setOpen(true)} aria-label={verb}>
        {label}
      </Button>
      <Modal opened={open} onClose={close} title={verb} centered>
        <Text component="div">{children}</Text>
        {problem ? (
          <Text role="alert" c="var(--sl-failed)" mt="sm">
            {problem.message}
          </Text>
        ) : null}
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="default" onClick={close}>
            Keep
          </Button>
          <Button
            color="red"
            loading={busy}
            onClick={() =>
              run(async () => {
                await onConfirm();
                close();
              })
            }
          >
            {label}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
