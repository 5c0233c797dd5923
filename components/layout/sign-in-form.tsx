"use client";

import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { signIn } from "next-auth/react";
import { type FormEvent, useRef, useState } from "react";

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
    const answer = await signIn("credentials", { email: email.trim(), password, redirect: false }).catch(
      () => undefined,
    );
    if (answer?.ok && !answer.error) {
      // A whole load, so that every server component reads the new session.
      window.location.assign(next);
      return;
    }
    setBusy(false);
    setErrors({ password: words(answer?.status, answer?.error) });
    passwordField.current?.focus();
  }

  return (
    <form onSubmit={submit} noValidate>
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
        <Button type="submit" size="sm" loading={busy}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

function words(status: number | undefined, error: string | null | undefined): string {
  // next-auth throws on whatever is no answer of its own: a network failure, and the refusal after too many tries.
  if (status === undefined || !error) return "Too many tries, or no answer from Sluice. Wait a minute, then try again.";
  return "E-mail or password is not right. An admin can give you a one-time link.";
}
