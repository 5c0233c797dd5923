"use client";

import { ActionIcon, Menu, Select } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { RenameForm } from "@/components/admin/rename-form";
import classes from "@/components/admin/table.module.css";
import { changeView } from "@/components/layout/change-view";
import { api } from "@/components/ui/api";
import { ConfirmDialog } from "@/components/ui/confirm";
import { Refusal } from "@/components/ui/refusal";
import { StateWord } from "@/components/ui/state-word";
import { RelativeTime } from "@/components/ui/time";
import { useAction } from "@/components/ui/use-action";
import type { UserView } from "@/lib/users/schema";

interface Props {
  user: UserView;
  isMe: boolean;
  /** Asked for a one-time sign-in link. */
  onLink: (user: UserView) => void;
}

const roles = [
  { value: "viewer", label: "Viewer" },
  { value: "editor", label: "Editor" },
  { value: "admin", label: "Admin" },
];

type Asked = "view" | "rename" | "sign-out" | "deactivate" | "role" | null;

export function PersonRow({ user, isMe, onLink }: Props) {
  const [asked, setAsked] = useState<Asked>(null);
  const [role, setRole] = useState<string>(user.role);
  const { run, busy, problem } = useAction();
  const close = () => setAsked(null);
  const change = (patch: object) => api("PATCH", `/users/${user.id}`, patch);
  const choose = (chosen: string | null) => {
    if (!chosen || chosen === user.role) return;
    setRole(chosen);
    // Whoever gives up their own role cannot take it back.
    if (isMe) setAsked("role");
    else void run(() => change({ role: chosen }));
  };
  return (
    <tr>
      <td className={classes.name}>
        {user.name}
        {isMe ? <span className={classes.quiet}> you</span> : null}{" "}
        {user.disabled ? <StateWord look="deactivated" /> : null}
        <div className={classes.quiet}>{user.email}</div>
        <div className={`${classes.quiet} ${classes.narrow}`}>{teamsOf(user)}</div>
        <Refusal>{problem?.message}</Refusal>
      </td>
      <td>
        <Select
          size="xs"
          w={96}
          aria-label={`Role of ${user.name}`}
          data={roles}
          value={user.role}
          allowDeselect={false}
          readOnly={busy}
          disabled={user.disabled}
          onChange={choose}
        />
      </td>
      <td className={`${classes.wide} ${classes.name} ${classes.quiet}`}>{teamsOf(user)}</td>
      <td className={classes.wide}>
        <RelativeTime at={user.createdAt} />
      </td>
      <td className={classes.wide}>{user.lastSeenAt ? <RelativeTime at={user.lastSeenAt} /> : "never"}</td>
      <td>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size={32} aria-label={`More for ${user.name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setAsked("rename")}>Rename</Menu.Item>
            <Menu.Item disabled={user.disabled} onClick={() => onLink(user)}>
              One-time sign-in link
            </Menu.Item>
            <Menu.Item disabled={user.disabled || isMe} onClick={() => setAsked("view")}>
              View as {user.name}
            </Menu.Item>
            <Menu.Item disabled={user.disabled} onClick={() => setAsked("sign-out")}>
              Sign out everywhere
            </Menu.Item>
            <Menu.Divider />
            {user.disabled ? (
              <Menu.Item onClick={() => run(() => change({ disabled: false }))}>Activate again</Menu.Item>
            ) : (
              <Menu.Item c="var(--sl-failed)" onClick={() => setAsked("deactivate")}>
                Deactivate
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
        <RenameForm
          title={`Rename ${user.name}`}
          opened={asked === "rename"}
          name={user.name}
          onClose={close}
          onSave={(name) => change({ name })}
        />
        <ConfirmDialog
          opened={asked === "view"}
          onClose={close}
          label="View as them"
          verb={`View Sluice as ${user.name}`}
          color={null}
          onConfirm={() => changeView(user.id)}
        >
          You see what they see, also what only they may open, and can change nothing, for an hour at most. Beginning
          and end are in the audit log.
        </ConfirmDialog>
        <ConfirmDialog
          opened={asked === "sign-out"}
          onClose={close}
          label="Sign out everywhere"
          verb={`Sign ${user.name} out everywhere`}
          onConfirm={() => api("DELETE", `/sessions?user=${user.id}`)}
        >
          Every browser of theirs must sign in again. Their API tokens go on working.
        </ConfirmDialog>
        <ConfirmDialog
          opened={asked === "deactivate"}
          onClose={close}
          label="Deactivate"
          verb={`Deactivate ${user.name}`}
          onConfirm={() => change({ disabled: true })}
        >
          Their sessions end, their API tokens are revoked, and what they have waiting or running is stopped, at once.
          Their schedules go to their team; those that no team can run are paused, and you are told which. What they ran
          stays, and they can be activated again.
        </ConfirmDialog>
        <ConfirmDialog
          opened={asked === "role"}
          onClose={close}
          label={`Become ${role}`}
          verb="Give up your own role admin"
          onConfirm={() => change({ role })}
        >
          You leave this page, and only another admin can make you an admin again.
        </ConfirmDialog>
      </td>
    </tr>
  );
}

function teamsOf(user: UserView): string {
  return user.teams.map(({ name }) => name).join(", ") || "no team";
}
