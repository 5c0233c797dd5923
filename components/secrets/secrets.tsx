"use client";

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import { ActionsHead } from "@/components/admin/actions-head";
import classes from "@/components/admin/table.module.css";
import { SecretForm } from "@/components/secrets/secret-form";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { RelativeTime } from "@/components/ui/time";
import type { SecretView } from "@/lib/secrets/schema";

interface Props {
  secrets: SecretView[];
  teams: { id: string; name: string }[];
  /** Whether one may make some for the whole company. */
  forCompany: boolean;
}

/** What stages of pipelines sign in with elsewhere: names, never values. */
export function Secrets({ secrets, teams, forCompany }: Props) {
  const [making, setMaking] = useState(false);
  const [rotating, setRotating] = useState<SecretView>();
  const owners = [
    ...teams.map(({ id, name }) => ({ value: id, label: name })),
    ...(forCompany ? [{ value: "", label: "The whole company" }] : []),
  ];
  const make = owners.length > 0 ? () => setMaking(true) : undefined;
  return (
    <>
      <PageHead
        title="Secrets"
        note="Passwords and keys that pipelines use elsewhere. A stage finds one as a file; nobody sees its value again."
      >
        {make ? (
          <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={make}>
            New secret
          </Button>
        ) : null}
      </PageHead>
      {make ? <SecretForm key="new" opened={making} onClose={() => setMaking(false)} owners={owners} /> : null}
      <SecretForm
        key={rotating?.name ?? "none"}
        opened={rotating !== undefined}
        onClose={() => setRotating(undefined)}
        owners={owners}
        secret={rotating}
      />
      {secrets.length === 0 ? (
        <Empty
          title="There are no secrets yet"
          action={
            make ? (
              <Button variant="default" onClick={make}>
                Store one
              </Button>
            ) : undefined
          }
        >
          {make
            ? "Store the key of a service that a pipeline reads, and name it in the stage’s form."
            : "A secret belongs to a team, and you are in none. An admin can change that."}
        </Empty>
      ) : (
        <SecretTable secrets={secrets} onRotate={setRotating} />
      )}
    </>
  );
}

function SecretTable({ secrets, onRotate }: { secrets: SecretView[]; onRotate: (secret: SecretView) => void }) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>Name</th>
            <th className={classes.wide}>For</th>
            <th>Used in</th>
            <th className={classes.wide}>Set</th>
            <th className={classes.wide}>Last used</th>
            <ActionsHead />
          </tr>
        </thead>
        <tbody>
          {secrets.map((secret) => (
            <Row key={secret.name} secret={secret} onRotate={() => onRotate(secret)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ secret, onRotate }: { secret: SecretView; onRotate: () => void }) {
  const { name, team, note, by, rotatedAt, lastUsedAt, usedBy, usedElsewhere, mayChange } = secret;
  const used = usedBy.length + usedElsewhere > 0;
  const owner = team?.name ?? "the whole company";
  return (
    <tr id={name}>
      <td>
        <span className={classes.mono}>{name}</span>
        {note ? <div className={classes.quiet}>{note}</div> : null}
        <div className={`${classes.quiet} ${classes.narrow}`}>{owner}</div>
      </td>
      <td className={classes.wide}>{owner}</td>
      <td className={classes.some}>
        <Uses secret={secret} />
      </td>
      <td className={classes.wide}>
        <RelativeTime at={rotatedAt} /> {by ? <div className={classes.quiet}>{by.name}</div> : null}
      </td>
      <td className={classes.wide}>{lastUsedAt ? <RelativeTime at={lastUsedAt} /> : "never"}</td>
      <td>
        {mayChange ? (
          <>
            <Button variant="subtle" onClick={onRotate} aria-label={`Set another value for ${name}`}>
              Rotate
            </Button>
            {used ? null : (
              <Confirm
                label="Delete"
                verb={`Delete the secret ${name}`}
                onConfirm={() => api("DELETE", `/secrets/${name}`)}
              >
                No pipeline uses it. Its value is gone for good.
              </Confirm>
            )}
          </>
        ) : null}
      </td>
    </tr>
  );
}

const shown = 5;

/** Pipelines with the stages that name it. */
function Uses({ secret: { usedBy, usedElsewhere } }: { secret: SecretView }) {
  const byPipeline = Map.groupBy(usedBy, ({ pipeline }) => pipeline);
  const listed = [...byPipeline].slice(0, shown);
  const rest = byPipeline.size - listed.length;
  if (byPipeline.size + usedElsewhere === 0) return <span className={classes.quiet}>nowhere</span>;
  return (
    <>
      {listed.map(([pipeline, stages]) => (
        <div key={pipeline}>
          <Link href={`/pipelines/${pipeline}`}>{pipeline}</Link>{" "}
          <span className={classes.quiet}>{stages.map(({ stage }) => stage).join(", ")}</span>
        </div>
      ))}
      {rest > 0 ? <div className={classes.quiet}>and {rest} more</div> : null}
      {usedElsewhere > 0 ? (
        <div className={classes.quiet}>
          {usedElsewhere} {usedElsewhere === 1 ? "pipeline" : "pipelines"} that you may not see
        </div>
      ) : null}
    </>
  );
}
