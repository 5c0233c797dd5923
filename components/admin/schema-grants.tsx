"use client";

import { Checkbox, Select, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { ActionsHead } from "@/components/admin/actions-head";
import classes from "@/components/admin/table.module.css";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Confirm } from "@/components/ui/confirm";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { SchemaGrants as Grants } from "@/lib/pipelines/schema";

interface Props {
  warehouse: { id: string; name: string };
  teams: { id: string; name: string }[];
  grants: Grants["grants"];
  /** Whether anything can be written there at all. */
  writer: boolean;
}

type Grant = { team: string; schema: string; scratch: boolean };

/** In which schemas a team's pipelines write, and in which of them its members save tables. */
export function SchemaGrants({ warehouse, teams, grants, writer }: Props) {
  const { run, busy, problem } = useAction();
  const rows: Grant[] = grants.map(({ team, schema, scratch }) => ({ team: team.id, schema, scratch }));
  // One at a time: what another admin has changed since the page was opened stays.
  const at = ({ team, schema }: Pick<Grant, "team" | "schema">) =>
    `/warehouses/${warehouse.id}/schemas/${team}/${encodeURIComponent(schema)}`;
  const save = (grant: Grant) => run(() => api("PUT", at(grant), { scratch: grant.scratch }));
  const nameOf = (id: string) => teams.find((team) => team.id === id)?.name ?? id;
  return (
    <section className={classes.section} aria-labelledby="schemas">
      <h2 id="schemas">Where teams write</h2>
      <Text c="dimmed">
        Pipelines of a team write in its schemas and in no other. In one of them its members save what a query answers
        as a table, with one click.
      </Text>
      {writer ? null : (
        <Text c="var(--sl-late)">This connection has no writer: nothing is written until it gets one, above.</Text>
      )}
      {rows.length > 0 ? (
        <div className={classes.scroll} style={{ marginTop: 8 }}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th>Team</th>
                <th>Schema</th>
                <th style={{ textAlign: "left" }}>Members save tables there</th>
                <ActionsHead />
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.team} ${row.schema}`}>
                  <td className={`${classes.name} ${classes.some}`}>{nameOf(row.team)}</td>
                  <td className={`${classes.name} ${classes.mono}`} style={{ textAlign: "left" }}>
                    {row.schema}
                  </td>
                  <td style={{ textAlign: "left" }}>
                    <Checkbox
                      aria-label={`Members of ${nameOf(row.team)} save tables in ${row.schema}`}
                      checked={row.scratch}
                      disabled={busy}
                      onChange={(event) => void save({ ...row, scratch: event.currentTarget.checked })}
                    />
                  </td>
                  <td>
                    <Confirm
                      label="Take back"
                      verb={`Take ${row.schema} back from ${nameOf(row.team)}`}
                      onConfirm={() => api("DELETE", at(row))}
                    >
                      Its pipelines that write there fail from then on. What stands there stays.
                    </Confirm>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      <Add
        teams={teams}
        busy={busy}
        taken={(team, schema) => rows.some((one) => one.team === team && one.schema === schema)}
        onAdd={(grant) =>
          save({ ...grant, scratch: !rows.some(({ team, scratch }) => scratch && team === grant.team) })
        }
      />
      <Refusal>{problem?.message}</Refusal>
    </section>
  );
}

interface AddProps {
  teams: Props["teams"];
  busy: boolean;
  taken: (team: string, schema: string) => boolean;
  onAdd: (grant: { team: string; schema: string }) => Promise<unknown>;
}

function Add({ teams, busy, taken, onAdd }: AddProps) {
  const [team, setTeam] = useState<string | null>(null);
  const [schema, setSchema] = useState("");
  const twice = team !== null && taken(team, schema.trim());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (team === null || schema.trim() === "" || twice) return;
    await onAdd({ team, schema: schema.trim() });
    setSchema("");
  };
  return (
    <form
      onSubmit={submit}
      style={{ display: "flex", gap: 8, marginTop: 12, flexWrap: "wrap", alignItems: "flex-end" }}
    >
      <Select
        label="Team"
        placeholder="Choose"
        data={teams.map(({ id, name }) => ({ value: id, label: name }))}
        value={team}
        onChange={setTeam}
        w={200}
      />
      <TextInput
        label="Schema"
        placeholder="scratch_growth"
        maxLength={200}
        value={schema}
        error={twice ? "The team has it already." : undefined}
        onChange={(event) => setSchema(event.currentTarget.value)}
        w={220}
      />
      <BusyButton type="submit" variant="default" loading={busy} leftSection={<IconPlus size={14} aria-hidden />}>
        Let it write there
      </BusyButton>
    </form>
  );
}
