"use client";

import { Group, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useSyncExternalStore } from "react";
import classes from "@/components/admin/form.module.css";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import { Refusal } from "@/components/ui/refusal";
import { SubmitButton } from "@/components/ui/submit-button";
import { useAction } from "@/components/ui/use-action";
import type { UserView } from "@/lib/users/schema";

interface Props {
  user: UserView;
  /** Every time zone there is. */
  zones: string[];
}

export function ProfileForm({ user, zones }: Props) {
  const form = useForm({ initialValues: { name: user.name, timeZone: user.timeZone } });
  const { run, busy, problem } = useAction();
  const own = useSyncExternalStore(
    () => () => undefined,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => "",
  );
  const submit = form.onSubmit((values) =>
    run(async () => {
      await api("PATCH", "/me", values).catch((error: unknown) => {
        form.setErrors(asProblem(error).byField);
        throw error;
      });
      notifications.show({ message: "Your profile is saved." });
    }),
  );
  return (
    <form onSubmit={submit} noValidate className={classes.form} style={{ maxWidth: 400 }}>
      <div className={classes.part}>
        <TextInput label="Name" autoComplete="name" {...form.getInputProps("name")} />
        <Select
          label="Time zone"
          description="Of times on the pages. Values in a result keep the zone they were read in."
          placeholder={own ? `This browser's: ${own}` : "This browser's"}
          data={zones}
          searchable
          clearable
          clearButtonProps={{ "aria-label": "Use this browser's zone" }}
          limit={100}
          nothingFoundMessage="There is no such zone"
          {...form.getInputProps("timeZone")}
        />
        <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
        <Group>
          <SubmitButton loading={busy}>Save</SubmitButton>
        </Group>
      </div>
    </form>
  );
}
