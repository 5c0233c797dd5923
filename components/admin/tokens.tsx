"use client";

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { RotateToken } from "@/components/admin/rotate-token";
import classes from "@/components/admin/table.module.css";
import { TokenForm } from "@/components/admin/token-form";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { StateWord } from "@/components/ui/state-word";
import { RelativeTime } from "@/components/ui/time";

export interface Token {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  /** The one that came after it. */
  replacedBy: string | null;
  expired: boolean;
}

export function Tokens({ tokens, scopes }: { tokens: Token[]; scopes: string[] }) {
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
      <TokenForm opened={making} onClose={() => setMaking(false)} scopes={scopes} />
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
        <TokenTable tokens={tokens} />
      )}
    </>
  );
}

/** Tokens without their values, each to rotate or revoke. */
export function TokenTable({ tokens }: { tokens: Token[] }) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>Name</th>
            <th className={classes.wide}>Scopes</th>
            <th className={classes.wide}>Made</th>
            <th className={classes.wide}>Last used</th>
            <th>Expires</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td>
                <span className={classes.name}>{token.name}</span>{" "}
                <span className={`${classes.mono} ${classes.quiet}`}>{token.prefix}…</span>
                <div className={`${classes.quiet} ${classes.narrow}`}>{scopesOf(token)}</div>
              </td>
              <td className={`${classes.wide} ${classes.quiet}`}>{scopesOf(token)}</td>
              <td className={classes.wide}>
                <RelativeTime at={token.createdAt} />
              </td>
              <td className={classes.wide}>{token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} /> : "never"}</td>
              <td>
                {token.expired ? <StateWord look="expired" /> : null}{" "}
                {token.expiresAt ? <RelativeTime at={token.expiresAt} /> : "never"}
              </td>
              <td>
                <RotateToken id={token.id} name={token.name} done={token.replacedBy !== null} over={token.expired} />
                <Confirm
                  label="Revoke"
                  verb={`Revoke the token “${token.name}”`}
                  onConfirm={() => api("DELETE", `/tokens/${token.id}`)}
                >
                  Programs that use it are refused at once. This cannot be undone; a new token can be made.
                </Confirm>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function scopesOf(token: Token): string {
  return token.scopes.includes("*") ? "everything" : token.scopes.join(", ");
}
