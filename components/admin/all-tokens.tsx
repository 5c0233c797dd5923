"use client";

import { useTransition } from "react";
import { type OwnedToken, OwnedTokenTable } from "@/components/admin/tokens";
import history from "@/components/executions/history.module.css";
import { ListPages } from "@/components/executions/list-pages";
import { Empty } from "@/components/ui/empty";
import { FilterBar } from "@/components/ui/filter-bar";
import { PageHead } from "@/components/ui/page-head";

interface Props {
  tokens: OwnedToken[];
  /** Addresses of other pages of the list. */
  next: string | null;
  first: string | null;
  filtered: boolean;
}

/** Every token that is not revoked, people's and service accounts', for admins. */
export function AllTokens({ tokens, next, first, filtered }: Props) {
  const [pending, startTransition] = useTransition();
  return (
    <>
      <PageHead
        title="Tokens"
        note="Those of all people and service accounts, newest first, without their values. Each can be limited, paused or revoked."
      />
      <FilterBar
        label="Find a token"
        words={{ label: "Name, scope or owner", placeholder: "nightly, mcp:use, ana@…" }}
        filters={[]}
        place="after"
        startTransition={startTransition}
      />
      <div className={pending ? history.pending : undefined} aria-busy={pending}>
        {tokens.length > 0 ? (
          <OwnedTokenTable tokens={tokens} />
        ) : filtered ? (
          <Empty title="No token is like that" />
        ) : (
          <Empty title="Nobody has a token">
            People make them in their settings, and service accounts have theirs from their team’s editors.
          </Empty>
        )}
        <ListPages back={first} on={next} />
      </div>
    </>
  );
}
