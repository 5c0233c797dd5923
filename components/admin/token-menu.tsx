"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import { PauseDialog } from "@/components/admin/gate-dialogs";
import { TokenPlace } from "@/components/admin/token-place";
import { api } from "@/components/ui/api";
import { ConfirmDialog } from "@/components/ui/confirm";

interface Props {
  token: {
    id: string;
    name: string;
    lane: string | null;
    limits?: { name: string; value: number }[];
    paused?: boolean;
    owner: { name: string };
  };
}

/** What an admin may do to anybody's token: hold it back, or end it. */
export function TokenMenu({ token }: Props) {
  const [asked, setAsked] = useState<"place" | "pause" | "revoke">();
  const { id, name, owner } = token;
  const close = () => setAsked(undefined);
  return (
    <>
      <Menu position="bottom-end" shadow="md" width={220}>
        <Menu.Target>
          <ActionIcon variant="subtle" size="lg" aria-label={`Actions for the token ${name} of ${owner.name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsked("place")}>Lane and budget…</Menu.Item>
          <Menu.Item component={Link} href={`/admin/load/limits?${new URLSearchParams({ scope: "token", id })}`}>
            Limits
          </Menu.Item>
          {token.paused ? (
            <Menu.Item component={Link} href="/admin/load">
              See its pause
            </Menu.Item>
          ) : (
            <Menu.Item onClick={() => setAsked("pause")}>Pause…</Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item c="var(--sl-failed)" onClick={() => setAsked("revoke")}>
            Revoke…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked === "place" ? <TokenPlace token={token} gives onClose={close} /> : null}
      {asked === "pause" ? (
        <PauseDialog
          asked={{ title: `Pause the token ${name}`, of: "token", targets: [{ id, name }], minutes: null }}
          warehouse={null}
          onClose={close}
          onDone={async () => {}}
        />
      ) : null}
      <ConfirmDialog
        label="Revoke"
        verb={`Revoke the token “${name}” of ${owner.name}`}
        opened={asked === "revoke"}
        onClose={close}
        onConfirm={() => api("DELETE", `/tokens/${id}`)}
      >
        Programs that use it are refused at once, and what it has waiting or running is stopped. This cannot be undone;{" "}
        {owner.name} can make a new one.
      </ConfirmDialog>
    </>
  );
}
