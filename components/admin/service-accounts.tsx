"use client";

import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import classes from "@/components/admin/table.module.css";
import { TokenForm } from "@/components/admin/token-form";
import { type Token, TokenTable } from "@/components/admin/tokens";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { Refusal } from "@/components/ui/refusal";
import { SubmitButton } from "@/components/ui/submit-button";
import { useAction } from "@/components/ui/use-action";

interface ServiceAccount {
  id: string;
  name: string;
  role: string;
  team: { id: string; name: string };
  tokens: Token[];
}

interface Props {
  accounts: ServiceAccount[];
  scopes: string[];
  /** In which an admin may make one; null for whoever may not. */
  teams: { id: string; name: string }[] | null;
  /** Whether who looks may give a token the lanes in front. */
  gives: boolean;
}

/** Accounts that are a team's and no person's, with their tokens. */
export function ServiceAccounts({ accounts, scopes, teams, gives }: Props) {
  const [tokenFor, setTokenFor] = useState<string>();
  return (
    <section className={classes.section} style={{ maxWidth: "none" }} aria-labelledby="service-accounts">
      <h2 id="service-accounts">Service accounts</h2>
      <p className={classes.quiet}>
        For programs and schedules that must go on whoever leaves: each belongs to a team, may what its team may, and
        signs in nowhere. The team’s editors make and rotate its tokens.
      </p>
      <TokenForm
        opened={tokenFor !== undefined}
        onClose={() => setTokenFor(undefined)}
        scopes={scopes}
        gives={gives}
        path={`/service-accounts/${tokenFor}/tokens`}
      />
      <ul className={classes.list}>
        {accounts.map((account) => (
          <li key={account.id} className={classes.team}>
            <div className={classes.teamHead}>
              <span>
                <strong>{account.name}</strong>{" "}
                <span className={classes.quiet}>
                  {account.role} of {account.team.name}
                </span>
              </span>
              <Button
                variant="subtle"
                onClick={() => setTokenFor(account.id)}
                aria-label={`New token for ${account.name}`}
              >
                New token
              </Button>
              {teams ? (
                <Confirm
                  label="Deactivate"
                  verb={`Deactivate the service account “${account.name}”`}
                  onConfirm={() => api("PATCH", `/users/${account.id}`, { disabled: true })}
                >
                  Its tokens are revoked and what it has waiting or running is stopped, at once. Its schedules go to
                  another account of its team.
                </Confirm>
              ) : null}
            </div>
            {account.tokens.length > 0 ? (
              <TokenTable tokens={account.tokens} gives={gives} />
            ) : (
              <p className={classes.quiet}>It has no token.</p>
            )}
          </li>
        ))}
      </ul>
      {teams && teams.length > 0 ? <Make teams={teams} /> : null}
    </section>
  );
}

function Make({ teams }: { teams: { id: string; name: string }[] }) {
  const [name, setName] = useState("");
  const [team, setTeam] = useState(teams[0]?.id ?? "");
  const { run, busy, problem } = useAction();
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => api("POST", "/service-accounts", { name, team, role: "editor" }))) setName("");
  };
  return (
    <form onSubmit={make} noValidate>
      <Group gap="xs" align="flex-start" mt="sm">
        <TextInput
          size="xs"
          aria-label="Name of a new service account"
          placeholder="New service account’s name"
          autoComplete="off"
          value={name}
          error={problem?.byField.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          aria-label="Its team"
          value={team}
          data={teams.map(({ id, name: label }) => ({ value: id, label }))}
          onChange={(event) => setTeam(event.currentTarget.value)}
        />
        <SubmitButton size="xs" variant="default" loading={busy}>
          Make service account
        </SubmitButton>
      </Group>
      <Refusal>{problem && !problem.byField.name ? problem.message : undefined}</Refusal>
    </form>
  );
}
