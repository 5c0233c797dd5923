"use client";

import { Button, MultiSelect } from "@mantine/core";
import { useState } from "react";
import type { TeamView } from "@/components/admin/people";
import { RenameForm } from "@/components/admin/rename-form";
import classes from "@/components/admin/table.module.css";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { UserView } from "@/lib/users/schema";

export function TeamRow({ team, users }: { team: TeamView; users: UserView[] }) {
  const [renaming, setRenaming] = useState(false);
  const { run, busy, problem } = useAction();
  const ids = team.members.map(({ id }) => id);
  // Who was deactivated stays a member until taken out, so they must be nameable here.
  const people = new Map([...team.members, ...users].map((user) => [user.id, `${user.name} (${user.email})`]));
  // One person at a time: a list as this page has it would undo what another admin did meanwhile.
  const change = async (members: string[]) => {
    const at = (id: string) => `/teams/${team.id}/members/${id}`;
    for (const id of members) if (!ids.includes(id)) await api("PUT", at(id));
    for (const id of ids) if (!members.includes(id)) await api("DELETE", at(id));
  };
  const count = ids.length === 1 ? "Its one member loses" : `Its ${ids.length} members lose`;
  return (
    <li className={classes.team}>
      <div className={classes.teamHead}>
        <span>{team.name}</span>
        <Button variant="subtle" aria-label={`Rename the team ${team.name}`} onClick={() => setRenaming(true)}>
          Rename
        </Button>
        <Confirm
          label="Delete"
          verb={`Delete the team ${team.name}`}
          onConfirm={() => api("DELETE", `/teams/${team.id}`)}
        >
          {ids.length === 0 ? "Nobody is in it." : `${count} the warehouses that only this team was granted.`}{" "}
          Executions stay.
        </Confirm>
      </div>
      <MultiSelect
        aria-label={`Members of ${team.name}`}
        size="xs"
        data={[...people].map(([value, label]) => ({ value, label }))}
        value={ids}
        searchable
        limit={50}
        readOnly={busy}
        placeholder={ids.length === 0 ? "Nobody yet" : undefined}
        onChange={(members) => run(() => change(members))}
      />
      <Refusal>{problem?.message}</Refusal>
      <RenameForm
        title={`Rename the team ${team.name}`}
        opened={renaming}
        name={team.name}
        onClose={() => setRenaming(false)}
        onSave={(name) => api("PATCH", `/teams/${team.id}`, { name })}
      />
    </li>
  );
}
