"use client";

import { Stack, Text } from "@mantine/core";
import { useState } from "react";
import { beginSession } from "@/components/layout/begin-session";
import { BusyButton } from "@/components/ui/busy-button";
import { LinkButton } from "@/components/ui/link-button";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { Refusal } from "@/components/ui/refusal";

/** The link is used by a press, never by being opened: mail scanners open links too. */
export function LinkForm({ token, next }: { token: string; next: string }) {
  const [refusal, setRefusal] = useState(token === "" ? "wrong" : undefined);
  const [said, setSaid] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function use() {
    setBusy(true);
    const refused = await beginSession("link", { token });
    if (!refused) {
      window.location.assign(next);
      return;
    }
    setBusy(false);
    if (refused.refused === "wrong") setRefusal("wrong");
    else setSaid(refused.message);
  }

  if (refusal) {
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
      <Refusal>{said}</Refusal>
      <BusyButton size="sm" loading={busy} onClick={use}>
        Sign in
      </BusyButton>
    </Stack>
  );
}
