"use client";

import { Button, Divider, Stack } from "@mantine/core";
import { useState } from "react";
import { beginSignOn } from "@/components/layout/begin-session";
import { Refusal } from "@/components/ui/refusal";

interface Props {
  choices: { id: string; name: string }[];
  next: string;
  /** Why the last try ended here. */
  refusal: string | undefined;
}

/** Single sign-on above the form; its session leads to the address that was asked for. */
export function SignOn({ choices, next, refusal }: Props) {
  const [busy, setBusy] = useState<string>();
  const [said, setSaid] = useState(refusal);
  async function go(id: string) {
    setBusy(id);
    setSaid(undefined);
    const problem = await beginSignOn(id, next);
    if (!problem) return;
    setBusy(undefined);
    setSaid(problem);
  }
  return (
    <Stack gap="sm" mb="md">
      <Refusal>{said}</Refusal>
      {choices.map(({ id, name }) => (
        <Button key={id} variant="default" fullWidth loading={busy === id} onClick={() => void go(id)}>
          Continue with {name}
        </Button>
      ))}
      {choices.length > 0 ? <Divider label="or" labelPosition="center" /> : null}
    </Stack>
  );
}
