"use client";

import { Group, Text, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { TeamView } from "@/components/admin/people";
import classes from "@/components/admin/table.module.css";
import { TeamRow } from "@/components/admin/team-row";
import { api } from "@/components/ui/api";
import { Refusal } from "@/components/ui/refusal";
import { SubmitButton } from "@/components/ui/submit-button";
import { useAction } from "@/components/ui/use-action";
import type { UserView } from "@/lib/users/schema";

export function Teams({ teams, users }: { teams: TeamView[]; users: UserView[] }) {
  const [name, setName] = useState("");
  const { run, busy, problem, clear } = useAction();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (problem?.byField.name) field.current?.focus();
  }, [problem]);
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => api("POST", "/teams", { name }))) setName("");
  };
  return (
    <section className={classes.section} style={{ maxWidth: "none" }} aria-labelledby="teams">
      <h2 id="teams">Teams</h2>
      {teams.length === 0 ? (
        <Text c="dimmed">
          A warehouse is granted to a team. Make one, put people in, then grant it on the warehouse's page.
        </Text>
      ) : (
        <ul className={classes.list}>
          {teams.map((team) => (
            <TeamRow key={team.id} team={team} users={users} />
          ))}
        </ul>
      )}
      <form onSubmit={make} noValidate>
        <Group gap="xs" align="flex-start" mt="sm">
          <TextInput
            ref={field}
            size="xs"
            aria-label="Name of a new team"
            placeholder="New team's name"
            autoComplete="off"
            value={name}
            error={problem?.byField.name}
            onChange={(event) => {
              setName(event.currentTarget.value);
              clear();
            }}
          />
          <SubmitButton size="xs" variant="default" loading={busy}>
            Make team
          </SubmitButton>
        </Group>
        <Refusal>{problem && !problem.byField.name ? problem.message : undefined}</Refusal>
      </form>
    </section>
  );
}
