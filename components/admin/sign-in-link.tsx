"use client";

import { Button, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Dialog } from "@/components/ui/dialog";
import { Refusal } from "@/components/ui/refusal";
import { ShownOnce } from "@/components/ui/shown-once";
import { useAction } from "@/components/ui/use-action";

interface Props {
  user: { id: string; name: string } | undefined;
  onClose: () => void;
}

/** A link that signs one person in once; on screen now and never again. */
export function SignInLink({ user, onClose }: Props) {
  const [url, setUrl] = useState<string>();
  const { run, busy, problem, clear } = useAction();
  const close = () => {
    setUrl(undefined);
    clear();
    onClose();
  };
  return (
    <Dialog opened={Boolean(user)} onClose={close} title={`One-time link for ${user?.name ?? ""}`} centered>
      {url ? (
        <Stack>
          <ShownOnce
            label="Link"
            value={new URL(url, window.location.origin).href}
            note="It works once, for 24 hours. Send it to this person only: whoever opens it is signed in as them."
          />
          <Button variant="default" onClick={close}>
            Done
          </Button>
        </Stack>
      ) : (
        <Stack>
          <Text>Signs this person in once without a password. They can then set a new one.</Text>
          <Refusal>{problem?.message}</Refusal>
          <BusyButton
            size="sm"
            data-autofocus
            loading={busy}
            onClick={async () => {
              const made = await run(() => api<{ url: string }>("POST", `/users/${user?.id}/sign-in-link`, {}));
              if (made) setUrl(made.url);
            }}
          >
            Make the link
          </BusyButton>
        </Stack>
      )}
    </Dialog>
  );
}
