"use client";

import { Button, Group, MultiSelect, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { TeamView } from "@/components/admin/people";
import classes from "@/components/admin/table.module.css";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { useAction } from "@/components/ui/use-action";
import type { UserView } from "@/lib/users/schema";

export function Teams({ teams, users }: { teams: TeamView[]; users: UserView[] }) {
  const [name, setName] = useState("");
  const { run, busy, problem } = useAction();
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => api("POST", "/teams", { name }))) setName("");
  };
  return (
    <section className={classes.section} aria-labelledby="teams">
      <h2 id="teams">Teams</h2>
      <div className={classes.scroll}>
        <table className={classes.table} style={{ marginTop: 8 }}>
          <thead>
            <tr>
              <th>Name</th>
              <th>Members</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {teams.map((team) => (
              <tr key={team.id}>
                <td>{team.name}</td>
                <td>
                  <MultiSelect
                    aria-label={`Members of ${team.name}`}
                    size="xs"
                    data={users.map((user) => ({ value: user.id, label: user.name }))}
                    value={team.members.map(({ id }) => id)}
                    searchable
                    disabled={busy}
                    placeholder={team.members.length === 0 ? "Nobody yet" : undefined}
                    onChange={(members) => run(() => api("PATCH", `/teams/${team.id}`, { members }))}
                  />
                </td>
                <td>
                  <Confirm
                    label="Delete"
                    verb={`Delete the team ${team.name}`}
                    onConfirm={() => api("DELETE", `/teams/${team.id}`)}
                  >
                    Its {team.members.length} members lose the warehouses that only this team was granted. Executions
                    stay.
                  </Confirm>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <form onSubmit={make}>
        <Group gap="xs" align="flex-end" mt="sm">
          <TextInput size="xs" label="New team" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Button type="submit" variant="default" disabled={!name.trim()} loading={busy}>
            Make team
          </Button>
        </Group>
        {problem ? (
          <Text role="alert" size="xs" c="var(--sl-failed)" mt={4}>
            {problem.message}
          </Text>
        ) : null}
      </form>
    </section>
  );
}
