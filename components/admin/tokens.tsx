"use client";

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { ActionsHead } from "@/components/admin/actions-head";
import { limitLabels } from "@/components/admin/limit-words";
import { RotateToken } from "@/components/admin/rotate-token";
import classes from "@/components/admin/table.module.css";
import { TokenForm } from "@/components/admin/token-form";
import { TokenMenu } from "@/components/admin/token-menu";
import { TokenPlace } from "@/components/admin/token-place";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { StateWord } from "@/components/ui/state-word";
import { RelativeTime } from "@/components/ui/time";
import { Who } from "@/components/ui/who";
import type { LimitName } from "@/lib/gate/schema";

export interface Token {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  /** The foremost that it may stand in; null: as any program's. */
  lane: string | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  /** The one that came after it. */
  replacedBy: string | null;
  expired: boolean;
  /** What holds it: its own limits, and whether it is paused. */
  limits?: { name: string; value: number }[];
  paused?: boolean;
}

/** `service`: the team whose service account it is. */
export type OwnedToken = Token & { owner: { id: string; name: string; email: string; service: string | null } };

interface Props {
  tokens: Token[];
  scopes: string[];
  /** Whether who looks may give the lanes in front. */
  gives: boolean;
}

export function Tokens({ tokens, scopes, gives }: Props) {
  const [making, setMaking] = useState(false);
  return (
    <>
      <PageHead
        title="API tokens"
        note="A token speaks for you in programs, within its scopes, until it expires or you revoke it."
      >
        <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setMaking(true)}>
          New token
        </Button>
      </PageHead>
      <TokenForm opened={making} onClose={() => setMaking(false)} scopes={scopes} gives={gives} />
      {tokens.length === 0 ? (
        <Empty
          title="You have no tokens"
          action={
            <Button variant="default" onClick={() => setMaking(true)}>
              Make one
            </Button>
          }
        >
          A program needs one to call the REST API as you.
        </Empty>
      ) : (
        <TokenTable tokens={tokens} gives={gives} />
      )}
    </>
  );
}

/** Tokens without their values, each to rotate or revoke by who uses it. */
export function TokenTable({ tokens, gives }: Pick<Props, "tokens" | "gives">) {
  const [changed, setChanged] = useState<string>();
  const asked = tokens.find(({ id }) => id === changed);
  return (
    <>
      <Frame>
        {tokens.map((token) => (
          <tr key={token.id}>
            <Cells token={token} />
            <td>
              <Button
                variant="subtle"
                onClick={() => setChanged(token.id)}
                aria-label={`Change lane and budget of the token “${token.name}”`}
              >
                Change
              </Button>
              <RotateToken id={token.id} name={token.name} done={token.replacedBy !== null} over={token.expired} />
              <Confirm
                label="Revoke"
                verb={`Revoke the token “${token.name}”`}
                onConfirm={() => api("DELETE", `/tokens/${token.id}`)}
              >
                Programs that use it are refused at once, and what it has waiting or running is stopped. This cannot be
                undone; a new token can be made.
              </Confirm>
            </td>
          </tr>
        ))}
      </Frame>
      {asked ? <TokenPlace token={asked} gives={gives} onClose={() => setChanged(undefined)} /> : null}
    </>
  );
}

/** The same of everybody, each with its owner and all that an admin may do to it. */
export function OwnedTokenTable({ tokens }: { tokens: OwnedToken[] }) {
  return (
    <Frame owned>
      {tokens.map((token) => (
        <tr key={token.id}>
          <Cells token={token} owner={token.owner} />
          <td>
            <TokenMenu token={token} />
          </td>
        </tr>
      ))}
    </Frame>
  );
}

function Frame({ owned = false, children }: { owned?: boolean; children: ReactNode }) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>Name</th>
            {owned ? <th className={classes.wide}>Owner</th> : null}
            <th className={classes.wide}>Scopes, lane and limits</th>
            <th className={classes.wide}>Made</th>
            <th className={classes.wide}>Last used</th>
            <th>Expires</th>
            <ActionsHead />
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Cells({ token, owner }: { token: Token; owner?: OwnedToken["owner"] }) {
  const whose = owner && (owner.service ? `service account of ${owner.service}` : owner.email);
  const lines = [scopesOf(token), ...heldBy(token)];
  return (
    <>
      <td>
        <span className={classes.name}>{token.name}</span>{" "}
        <span className={`${classes.mono} ${classes.quiet}`}>{token.prefix}…</span>{" "}
        {token.paused ? <StateWord look="paused" /> : null}
        <div className={`${classes.quiet} ${classes.narrow}`}>
          {[...(owner ? [`${owner.name}, ${whose}`] : []), ...lines].join(" · ")}
        </div>
      </td>
      {owner ? (
        <td className={`${classes.wide} ${classes.much}`}>
          <Who name={owner.name} />
          <div className={classes.quiet}>{whose}</div>
        </td>
      ) : null}
      <td className={`${classes.wide} ${classes.quiet} ${classes.much}`}>
        {lines.map((line) => (
          <div key={line}>{line}</div>
        ))}
      </td>
      <td className={classes.wide}>
        <RelativeTime at={token.createdAt} />
      </td>
      <td className={classes.wide}>{token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} /> : "never"}</td>
      <td>
        {token.expired ? <StateWord look="expired" /> : null}{" "}
        {token.expiresAt ? <RelativeTime at={token.expiresAt} /> : "never"}
      </td>
    </>
  );
}

function scopesOf(token: Token): string {
  return token.scopes.includes("*") ? "everything" : token.scopes.join(", ");
}

/** "lane scheduled", "statements an hour, each token: 50". */
function heldBy({ lane, limits = [] }: Token): string[] {
  const words = limits.map(({ name, value }) => {
    const label = limitLabels[name as LimitName] ?? name;
    return `${label.charAt(0).toLowerCase()}${label.slice(1)}: ${value.toLocaleString("en-US")}`;
  });
  return [...(lane ? [`lane ${lane}`] : []), ...words];
}
