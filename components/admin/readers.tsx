"use client";

import { Button, Select, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { ActionsHead } from "@/components/admin/actions-head";
import { ReaderForm } from "@/components/admin/reader-form";
import classes from "@/components/admin/table.module.css";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { LinkButton } from "@/components/ui/link-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { WarehouseView } from "@/lib/connections/schema";
import type { ShownForm } from "@/lib/warehouses/config";

interface Props {
  view: WarehouseView;
  teams: { id: string; name: string }[];
  /** What an account of this engine is called; null: it has none, and every team reads the same. */
  account: ShownForm["account"];
}

/** Which team reads through which database role. A team without one does not see the warehouse at all. */
export function ReadersAndGrants({ view, teams, account }: Props) {
  return (
    <>
      <Grants view={view} teams={teams} account={account} />
      {account ? <Readers view={view} account={account} /> : null}
    </>
  );
}

function Grants({ view, teams, account }: Props) {
  const { run, busy, problem } = useAction();
  const { readers = [], grants = [] } = view.admin ?? {};
  return (
    <section className={classes.section} aria-labelledby="grants">
      <h2 id="grants">Teams</h2>
      <Text c="dimmed">
        {account
          ? "A team uses this warehouse through one reader, and opens what others ran through the same one. "
          : "A team with a grant reads all of its tables, and opens what others ran here. Which schemas its pipelines write in is granted with the team. "}
        Admins use it without a grant.
      </Text>
      {teams.length === 0 ? (
        <div style={{ marginTop: 12 }}>
          <LinkButton href="/admin/users" variant="default">
            Make a team
          </LinkButton>
        </div>
      ) : (
        <div className={classes.scroll} style={{ marginTop: 8 }}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th>Team</th>
                <th>{account ? "Reads through" : "Reads"}</th>
              </tr>
            </thead>
            <tbody>
              {teams.map((team) => (
                <tr key={team.id}>
                  <td className={classes.name}>{team.name}</td>
                  <td style={{ textAlign: "left" }}>
                    <Select
                      size="xs"
                      maw={320}
                      aria-label={account ? `Reader of ${team.name}` : `What ${team.name} reads`}
                      placeholder="No grant"
                      clearable
                      clearButtonProps={{ "aria-label": `Take the grant of ${team.name} back` }}
                      readOnly={busy}
                      data={readers.map(({ id, name, user }) => ({
                        value: id,
                        label: account ? `${name} (${user})` : "All of its tables",
                      }))}
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
        </div>
      )}
      <Refusal>{problem?.message}</Refusal>
    </section>
  );
}

function Readers({ view, account }: Pick<Props, "view"> & { account: NonNullable<Props["account"]> }) {
  const [edited, setEdited] = useState<{ id: string; name: string; user: string } | "new">();
  const { readers = [], grants = [] } = view.admin ?? {};
  return (
    <section className={classes.section} aria-labelledby="readers">
      <h2 id="readers">Readers</h2>
      <Text c="dimmed">
        Database roles that only read. Admins, and whoever has several, use the first; add one for a team that may see
        other things.
      </Text>
      <div className={classes.scroll} style={{ marginTop: 8 }}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th>Name</th>
              <th>User</th>
              <th className={classes.wide}>Teams</th>
              <ActionsHead />
            </tr>
          </thead>
          <tbody>
            {readers.map((reader) => (
              <tr key={reader.id}>
                <td className={classes.name}>{reader.name}</td>
                <td className={`${classes.name} ${classes.mono}`}>{reader.user}</td>
                <td className={`${classes.wide} ${classes.quiet}`}>
                  {grants
                    .filter(({ readerId }) => readerId === reader.id)
                    .map(({ team }) => team)
                    .join(", ") || "none"}
                </td>
                <td>
                  <Button variant="subtle" aria-label={`Change ${reader.name}`} onClick={() => setEdited(reader)}>
                    Change
                  </Button>
                  {readers.length > 1 ? (
                    <Confirm
                      label="Remove"
                      verb={`Remove the reader ${reader.name}`}
                      onConfirm={() => api("DELETE", `/warehouses/${view.id}/readers/${reader.id}`)}
                    >
                      Its stored password goes with it. The role in the database stays.
                    </Confirm>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Button
        variant="default"
        mt="sm"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => setEdited("new")}
      >
        Add a reader
      </Button>
      <ReaderForm view={view} account={account} edited={edited} onClose={() => setEdited(undefined)} />
    </section>
  );
}
