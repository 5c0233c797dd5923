"use client";

import { Button, PasswordInput, Select, SimpleGrid, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import classes from "@/components/admin/table.module.css";
import { api } from "@/components/ui/api";
import { useAction } from "@/components/ui/use-action";
import type { WarehouseView } from "@/lib/connections/schema";

interface Props {
  view: WarehouseView;
  teams: { id: string; name: string }[];
}

/** Which team reads through which database role. A team without one does not see the warehouse at all. */
export function ReadersAndGrants({ view, teams }: Props) {
  const { run, busy, problem } = useAction();
  const { readers = [], grants = [] } = view.admin ?? {};
  return (
    <>
      <section className={classes.section} aria-labelledby="grants">
        <h2 id="grants">Teams</h2>
        <Text c="dimmed">
          A team uses this warehouse through one reader, and opens what others ran through the same one.
        </Text>
        <table className={classes.table} style={{ maxWidth: 720, marginTop: 8 }}>
          <thead>
            <tr>
              <th>Team</th>
              <th>Reads through</th>
            </tr>
          </thead>
          <tbody>
            {teams.map((team) => (
              <tr key={team.id}>
                <td>{team.name}</td>
                <td style={{ textAlign: "left" }}>
                  <Select
                    size="xs"
                    aria-label={`Reader of ${team.name}`}
                    placeholder="No grant"
                    clearable
                    disabled={busy}
                    data={readers.map(({ id, name, user }) => ({ value: id, label: `${name} (${user})` }))}
                    value={grants.find(({ teamId }) => teamId === team.id)?.readerId ?? null}
                    onChange={(reader) =>
                      run(() => api("POST", `/warehouses/${view.id}/grants`, { team: team.id, reader }))
                    }
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {teams.length === 0 ? <Text mt="xs">There is no team yet: admins only.</Text> : null}
        {problem ? (
          <Text role="alert" c="var(--sl-failed)" mt="xs">
            {problem.message}
          </Text>
        ) : null}
      </section>
      <section className={classes.section} aria-labelledby="readers">
        <h2 id="readers">Readers</h2>
        <Text c="dimmed">
          Database roles that only read. The first one is edited above; add one for a team that may see other things.
        </Text>
        <ul style={{ margin: "8px 0", paddingLeft: 20 }}>
          {readers.map(({ id, name, user }) => (
            <li key={id}>
              {name} <span className={classes.mono}>{user}</span>
            </li>
          ))}
        </ul>
        <NewReader warehouse={view.id} />
      </section>
    </>
  );
}

const blank = { name: "", user: "", password: "" };

function NewReader({ warehouse }: { warehouse: string }) {
  const [values, setValues] = useState(blank);
  const { run, busy, problem } = useAction();
  const errors = problem?.byField ?? {};
  const set = (name: keyof typeof blank) => ({
    value: values[name],
    error: errors[name],
    autoComplete: name === "password" ? "new-password" : "off",
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      const { value } = event.currentTarget;
      setValues((before) => ({ ...before, [name]: value }));
    },
  });
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => api("POST", `/warehouses/${warehouse}/readers`, values))) setValues(blank);
  };
  return (
    <form onSubmit={add} noValidate style={{ maxWidth: 720 }}>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <TextInput size="xs" label="Reader's name" {...set("name")} />
        <TextInput size="xs" label="User" {...set("user")} />
        <PasswordInput size="xs" label="Password" {...set("password")} />
      </SimpleGrid>
      {problem && problem.fields.length === 0 ? (
        <Text role="alert" size="xs" c="var(--sl-failed)" mt={4}>
          {problem.message}
        </Text>
      ) : null}
      <Button type="submit" variant="default" mt="sm" loading={busy} disabled={!values.name || !values.user}>
        Add reader
      </Button>
    </form>
  );
}
