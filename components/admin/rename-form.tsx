"use client";

import { Stack, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { BusyButton } from "@/components/ui/busy-button";
import { Dialog } from "@/components/ui/dialog";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";

interface Props {
  title: string;
  opened: boolean;
  name: string;
  onClose: () => void;
  onSave: (name: string) => Promise<unknown>;
}

/** One name, changed. A refusal stands at it. */
export function RenameForm({ title, opened, name, onClose, onSave }: Props) {
  const [typed, setTyped] = useState(name);
  const { run, busy, problem, clear } = useAction();
  useEffect(() => {
    if (!opened) return;
    setTyped(name);
    clear();
  }, [opened, name, clear]);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (problem?.byField.name) field.current?.focus();
  }, [problem]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      await onSave(typed);
      onClose();
    });
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={title} centered>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            ref={field}
            label="Name"
            data-autofocus
            autoComplete="off"
            value={typed}
            error={problem?.byField.name}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Refusal>{problem && !problem.byField.name ? problem.message : undefined}</Refusal>
          <BusyButton type="submit" size="sm" loading={busy}>
            Save
          </BusyButton>
        </Stack>
      </form>
    </Dialog>
  );
}
