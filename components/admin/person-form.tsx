"use client";

import { MultiSelect, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { TeamView } from "@/components/admin/people";
import { showErrors, useFieldErrors } from "@/components/admin/use-field-errors";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Dialog } from "@/components/ui/dialog";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { UserView } from "@/lib/users/schema";

interface Props {
  opened: boolean;
  onClose: () => void;
  teams: TeamView[];
  /** The next step is the person's first sign-in link. */
  onAdded: (user: UserView) => void;
}

export function PersonForm({ opened, onClose, teams, onAdded }: Props) {
  const { run, busy, problem, clear } = useAction();
  const form = useForm({
    initialValues: { name: "", email: "", role: "editor", teams: [] as string[] },
    validate: {
      name: (name) => (name.trim() ? null : "Give a name."),
      email: (email) => (/^\S+@\S+\.\S+$/.test(email.trim()) ? null : "Give an e-mail address."),
    },
  });
  useFieldErrors(form, problem);
  const close = () => {
    form.reset();
    clear();
    onClose();
  };
  const submit = form.onSubmit(
    async (values) => {
      const added = await run(() => api<UserView>("POST", "/users", { ...values, email: values.email.trim() }));
      if (!added) return;
      close();
      onAdded(added);
    },
    (errors) => showErrors(form, errors),
  );
  return (
    <Dialog opened={opened} onClose={close} title="Add a person" centered>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Name" data-autofocus autoComplete="off" {...form.getInputProps("name")} />
          <TextInput label="E-mail" type="email" autoComplete="off" {...form.getInputProps("email")} />
          <Select
            label="Role"
            allowDeselect={false}
            data={[
              { value: "viewer", label: "Viewer: reads what is shared" },
              { value: "editor", label: "Editor: also runs SQL" },
              { value: "admin", label: "Admin: also manages people and warehouses" },
            ]}
            {...form.getInputProps("role")}
          />
          <MultiSelect
            label="Teams"
            data={teams.map(({ id, name }) => ({ value: id, label: name }))}
            {...form.getInputProps("teams")}
          />
          <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
          <BusyButton type="submit" size="sm" loading={busy}>
            Add
          </BusyButton>
        </Stack>
      </form>
    </Dialog>
  );
}
