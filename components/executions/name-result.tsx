"use client";

import { Anchor, Button, Code, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { api } from "@/components/ui/api";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { useAction } from "@/components/ui/use-action";

interface Props {
  executionId: string;
  name: string | null;
  onNamed: (name: string | null) => void;
}

/** What one calls a result in SQL: easier to write, and to move on to a newer answer, than its id. */
export function NameResult({ executionId, name, onNamed }: Props) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Anchor component="button" type="button" inherit onClick={() => setOpen(true)}>
        {name ? `“${name}” in SQL` : "Name it for SQL"}
      </Anchor>
      <Dialog opened={open} onClose={close} title="Name this result" centered>
        {open ? (
          <NameForm
            executionId={executionId}
            name={name}
            onClose={close}
            onNamed={(next) => {
              onNamed(next);
              close();
            }}
          />
        ) : null}
      </Dialog>
    </>
  );
}

function NameForm({ executionId, name, onNamed, onClose }: Props & { onClose: () => void }) {
  const [typed, setTyped] = useState(name ?? "");
  const { run, busy, problem } = useAction();
  const save = (next: string | null) =>
    run(async () => {
      const path = `/executions/${executionId}/name`;
      onNamed((await api<{ name: string | null }>("PUT", path, { name: next })).name);
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(typed);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label="Name"
          maxLength={100}
          value={typed}
          error={problem?.byField.name}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Text size="xs" c="dimmed">
          On Results and files you then write <Code>{`results."${typed || "…"}"`}</Code>. The name is yours alone. Given
          to another result later, it stands for that one.
        </Text>
        <DialogActions
          refusal={problem && !problem.byField.name ? problem.message : undefined}
          busy={busy}
          onCancel={onClose}
        >
          {name ? (
            <Button variant="subtle" color="gray" onClick={() => void save(null)}>
              Take the name away
            </Button>
          ) : null}
        </DialogActions>
      </Stack>
    </form>
  );
}
