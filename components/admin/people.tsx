"use client";

import { Button, TextInput } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { ActionsHead } from "@/components/admin/actions-head";
import { PersonForm } from "@/components/admin/person-form";
import { PersonRow } from "@/components/admin/person-row";
import { SignInLink } from "@/components/admin/sign-in-link";
import classes from "@/components/admin/table.module.css";
import { PageHead } from "@/components/ui/page-head";
import type { UserView } from "@/lib/users/schema";

export interface TeamView {
  id: string;
  name: string;
  members: { id: string; name: string; email: string }[];
}

interface Props {
  users: UserView[];
  /** Whether there are more than are shown. */
  more: boolean;
  teams: TeamView[];
  /** Id of the one who looks. */
  me: string;
}

export function People({ users, more, teams, me }: Props) {
  const [adding, setAdding] = useState(false);
  const [linkFor, setLinkFor] = useState<UserView>();
  const [typed, setTyped] = useState("");
  const words = typed.trim().toLowerCase();
  const shown = users.filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(words));
  return (
    <>
      <PageHead title="Users and teams" note="A role says what a person may do; teams say on which warehouses.">
        <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
          Add a person
        </Button>
      </PageHead>
      <PersonForm opened={adding} onClose={() => setAdding(false)} teams={teams} onAdded={setLinkFor} />
      <SignInLink user={linkFor} onClose={() => setLinkFor(undefined)} />
      {users.length > 10 ? (
        <TextInput
          maw={320}
          mb="sm"
          aria-label="Find a person"
          placeholder={`Find among ${users.length.toLocaleString("en-US")} people`}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      ) : null}
      <table className={classes.table}>
        <thead>
          <tr>
            <th>Name</th>
            <th>Role</th>
            <th className={classes.wide}>Teams</th>
            <th className={classes.wide}>Added</th>
            <th className={classes.wide}>Last seen</th>
            <ActionsHead />
          </tr>
        </thead>
        <tbody>
          {shown.map((user) => (
            <PersonRow key={user.id} user={user} isMe={user.id === me} onLink={setLinkFor} />
          ))}
        </tbody>
      </table>
      {shown.length === 0 ? <p className={classes.quiet}>Nobody has “{typed}” in their name or e-mail.</p> : null}
      {more ? <p className={classes.quiet}>Only the {users.length.toLocaleString("en-US")} newest are shown.</p> : null}
    </>
  );
}
