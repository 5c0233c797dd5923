"use client";

import { Button, Stack, Text } from "@mantine/core";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { LinkButton } from "@/components/ui/link-button";
import { ProblemAlert } from "@/components/ui/problem-alert";

/** The link is used by a press, never by being opened: mail scanners open links too. */
export function LinkForm({ token, next }: { token: string; next: string }) {
  const [refused, setRefused] = useState(token === "");
  const [busy, setBusy] = useState(false);

  async function use() {
    setBusy(true);
    const answer = await signIn("link", { token, redirect: false }).catch(() => undefined);
    if (answer?.ok && !answer.error) {
      window.location.assign(next);
      return;
    }
    setBusy(false);
    setRefused(true);
  }

  if (refused) {
    return (
      <Stack>
        <ProblemAlert title="This link no longer works">
          It was used already, has expired, or is incomplete. Ask an admin for a new one.
        </ProblemAlert>
        <LinkButton href="/sign-in" variant="default" size="sm">
          Sign in with a password
        </LinkButton>
      </Stack>
    );
  }
  return (
    <Stack>
      <Text>This one-time link signs you in without a password.</Text>
      <Button size="sm" loading={busy} onClick={use}>
        Sign in
      </Button>
    </Stack>
  );
}
