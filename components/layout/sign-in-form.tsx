"use client";

import { PasswordInput, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import { beginSession } from "@/components/layout/begin-session";
import { SubmitButton } from "@/components/ui/submit-button";

type Errors = { email?: string; password?: string };

export function SignInForm({ next }: { next: string }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [errors, setErrors] = useState<Errors>({});
  const [busy, setBusy] = useState(false);
  const passwordField = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const missing: Errors = {};
    if (!email.trim()) missing.email = "Enter your e-mail address.";
    if (!password) missing.password = "Enter your password.";
    setErrors(missing);
    if (missing.email || missing.password) return;
    setBusy(true);
    const refusal = await beginSession("credentials", { email: email.trim(), password });
    if (!refusal) {
      // A whole load, so that every server component reads the new session.
      window.location.assign(next);
      return;
    }
    setBusy(false);
    setErrors({ password: refusal.message });
    passwordField.current?.focus();
  }

  return (
    <form method="post" onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          error={errors.email}
        />
        <PasswordInput
          ref={passwordField}
          label="Password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={errors.password}
          visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
        />
        <SubmitButton loading={busy}>Sign in</SubmitButton>
      </Stack>
    </form>
  );
}
