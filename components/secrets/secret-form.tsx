"use client";

import { Checkbox, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { showErrors, useFieldErrors } from "@/components/admin/use-field-errors";
import classes from "@/components/secrets/secret-form.module.css";
import { api } from "@/components/ui/api";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { useAction } from "@/components/ui/use-action";
import type { SecretView } from "@/lib/secrets/schema";

function nameRefusal(name: string): string | null {
  if (!name) return "Give it a name, as crm-token.";
  return /^[a-z][a-z0-9_-]{0,62}$/.test(name) ? null : "Use a-z, 0-9, _ and -, a letter first.";
}

interface Props {
  opened: boolean;
  onClose: () => void;
  /** Teams that one may store for; of the value "" the company. */
  owners: { value: string; label: string }[];
  /** The one that gets another value; without it a new one is stored. */
  secret?: SecretView | undefined;
}

/** Takes a value and never shows one that is stored. */
export function SecretForm({ opened, onClose, owners, secret }: Props) {
  const { run, busy, problem, clear } = useAction();
  const form = useForm({
    initialValues: {
      ...{ name: secret?.name ?? "", value: "", note: secret?.note ?? "", seen: false },
      owner: owners.length === 1 ? (owners[0]?.value ?? null) : (null as string | null),
    },
    validate: {
      name: nameRefusal,
      value: (value) => (value || secret ? null : "Give it a value."),
      owner: (owner) => (secret || owner !== null ? null : "Choose whose pipelines may use it."),
    },
  });
  useFieldErrors(form, problem, ({ team, ...errors }) => ({ ...errors, ...(team ? { owner: team } : {}) }));
  const close = () => {
    clear();
    form.reset();
    onClose();
  };
  const submit = form.onSubmit(
    async ({ name, value, note, owner }) => {
      const body = { note, ...(value ? { value } : {}), ...(secret ? {} : { team: owner || null }) };
      const done = await run(() => api<SecretView>("PUT", `/secrets/${name}`, body));
      if (done) close();
    },
    (errors) => showErrors(form, errors),
  );
  return (
    <Dialog opened={opened} onClose={close} title={secret ? `Rotate ${secret.name}` : "New secret"} centered>
      <form onSubmit={submit} noValidate autoComplete="off">
        <Stack>
          {secret ? null : (
            <>
              <TextInput
                label="Name"
                description="As pipelines write it, and as the file is called that a stage finds."
                placeholder="crm-token"
                data-autofocus
                {...form.getInputProps("name")}
              />
              <Select
                label="For pipelines of"
                description="Its members may set it anew and delete it."
                data={owners}
                searchable
                {...form.getInputProps("owner")}
              />
            </>
          )}
          <Textarea
            label={secret ? "New value" : "Value"}
            description={
              secret
                ? "Stages that start from now on get this one. Left empty, the value stays."
                : "A password, a token, or a key of several lines. It is not shown again."
            }
            autosize
            minRows={1}
            maxRows={8}
            spellCheck={false}
            data-autofocus={secret ? true : undefined}
            classNames={{ input: form.values.seen ? classes.value : `${classes.value} ${classes.masked}` }}
            {...form.getInputProps("value")}
          />
          <Checkbox label="Show what I type" {...form.getInputProps("seen", { type: "checkbox" })} />
          <TextInput
            label="Note"
            placeholder="Whose account it is, and where it was made"
            {...form.getInputProps("note")}
          />
          <DialogActions
            refusal={problem && problem.fields.length === 0 ? problem.message : undefined}
            busy={busy}
            onCancel={close}
            verb={secret ? "Save" : "Store"}
          />
        </Stack>
      </form>
    </Dialog>
  );
}
