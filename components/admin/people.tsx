"use client";

import { Button, Menu, Select, Text } from "@mantine/core";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { PersonForm } from "@/components/admin/person-form";
import { SignInLink } from "@/components/admin/sign-in-link";
import classes from "@/components/admin/table.module.css";
import { api } from "@/components/ui/api";
import { PageHead } from "@/components/ui/page-head";
import { RelativeTime } from "@/components/ui/time";
import { useAction } from "@/components/ui/use-action";
import type { UserView } from "@/lib/users/schema";

export interface TeamView {
  id: string;
  name: string;
  members: { id: string; name: string; email: string }[];
}

export function People({ users, teams, me }: { users: UserView[]; teams: TeamView[]; me: string }) {
  const [adding, setAdding] = useState(false);
  const [linkFor, setLinkFor] = useState<UserView>();
  const { run, busy, problem } = useAction();
  return (
    <>
      <PageHead title="Users and teams" note="A role says what a person may do; teams say on which warehouses.">
        <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
          Add a person
        </Button>
      </PageHead>
      <PersonForm opened={adding} onClose={() => setAdding(false)} teams={teams} onAdded={setLinkFor} />
      <SignInLink user={linkFor} onClose={() => setLinkFor(undefined)} />
      {problem ? (
        <Text role="alert" c="var(--sl-failed)" mb="sm">
          {problem.message}
        </Text>
      ) : null}
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th>Name</th>
              <th>Role</th>
              <th className={classes.wide}>Teams</th>
              <th className={classes.wide}>Added</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.id} style={user.disabled ? { opacity: 0.65 } : undefined}>
                <td>
                  {user.name}
                  {user.id === me ? " (you)" : ""}
                  {user.disabled ? " · deactivated" : ""}
                  <div className={classes.quiet}>{user.email}</div>
                </td>
                <td>
                  <Select
                    size="xs"
                    w={104}
                    aria-label={`Role of ${user.name}`}
                    data={["viewer", "editor", "admin"]}
                    value={user.role}
                    allowDeselect={false}
                    disabled={busy || user.disabled}
                    onChange={(role) => run(() => api("PATCH", `/users/${user.id}`, { role }))}
                  />
                </td>
                <td className={`${classes.wide} ${classes.quiet}`}>
                  {user.teams.map(({ name }) => name).join(", ") || "none"}
                </td>
                <td className={classes.wide}>
                  <RelativeTime at={user.createdAt} />
                </td>
                <td>
                  <Menu position="bottom-end">
                    <Menu.Target>
                      <Button variant="subtle" color="gray" px={8} aria-label={`More for ${user.name}`}>
                        <IconDots size={16} />
                      </Button>
                    </Menu.Target>
                    <Menu.Dropdown>
                      <Menu.Item disabled={user.disabled} onClick={() => setLinkFor(user)}>
                        One-time sign-in link
                      </Menu.Item>
                      <Menu.Item onClick={() => run(() => api("DELETE", `/sessions?user=${user.id}`))}>
                        Sign out everywhere
                      </Menu.Item>
                      <Menu.Item
                        onClick={() => run(() => api("PATCH", `/users/${user.id}`, { disabled: !user.disabled }))}
                      >
                        {user.disabled ? "Activate again" : "Deactivate: ends sessions and tokens"}
                      </Menu.Item>
                    </Menu.Dropdown>
                  </Menu>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
