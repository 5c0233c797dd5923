"use client";

import { Group, PasswordInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import classes from "@/components/admin/form.module.css";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import { Refusal } from "@/components/ui/refusal";
import { SubmitButton } from "@/components/ui/submit-button";
import { useAction } from "@/components/ui/use-action";

interface Props {
  email: string;
  hasPassword: boolean;
  /** They came by a one-time link a moment ago: the old password is what they forgot. */
  byLink: boolean;
}

const blank = { currentPassword: "", password: "" };

export function PasswordForm({ email, hasPassword, byLink }: Props) {
  const asks = hasPassword && !byLink;
  const form = useForm({ initialValues: blank });
  const { run, busy, problem } = useAction();
  const submit = form.onSubmit(({ currentPassword, password }) =>
    run(async () => {
      await api("PATCH", "/me", { password, ...(asks ? { currentPassword } : {}) }).catch((error: unknown) => {
        const { byField } = asProblem(error);
        form.setErrors(byField);
        form.getInputNode(Object.keys(byField)[0] ?? "")?.focus();
        throw error;
      });
      form.reset();
      notifications.show({ message: "Your password is set. Your other sessions have ended." });
    }),
  );
  const input = (name: keyof typeof blank) => ({
    ...form.getInputProps(name),
    visibilityToggleButtonProps: { "aria-label": "Show the password" },
  });
  return (
    <form onSubmit={submit} noValidate className={classes.form} style={{ maxWidth: 400, marginTop: 24 }}>
      <fieldset className={classes.part}>
        <legend>{byLink ? "Choose a password" : "Password"}</legend>
        {/* So that a password manager knows whose it is. */}
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        {asks ? (
          <PasswordInput label="Current password" autoComplete="current-password" {...input("currentPassword")} />
        ) : null}
        <PasswordInput
          label="New password"
          description="At least 10 characters."
          autoComplete="new-password"
          autoFocus={byLink}
          {...input("password")}
        />
        <Refusal>
          {problem && !problem.fields.some(({ field }) => field in blank && (asks || field === "password"))
            ? problem.message
            : undefined}
        </Refusal>
        <Group>
          <SubmitButton variant={byLink ? "filled" : "default"} loading={busy}>
            {hasPassword ? "Change password" : "Set password"}
          </SubmitButton>
        </Group>
      </fieldset>
    </form>
  );
}
