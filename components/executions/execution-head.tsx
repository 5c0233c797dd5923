"use client";

import { IconPencil, IconUsers } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import { CopyLink } from "@/components/executions/copy-link";
import classes from "@/components/executions/execution.module.css";
import { ExecutionMenu } from "@/components/executions/execution-menu";
import { NameResult } from "@/components/executions/name-result";
import { RunAgain } from "@/components/executions/run-again";
import { titleOf } from "@/components/executions/title";
import { hasRows, isFinal } from "@/components/executions/use-execution";
import { AboutWarehouse } from "@/components/layout/about-warehouse";
import { ShareButton } from "@/components/sharing/share-button";
import { duration } from "@/components/ui/duration";
import { LinkButton } from "@/components/ui/link-button";
import { size } from "@/components/ui/size";
import { StateBadge } from "@/components/ui/state";
import { ExactTime, RelativeTime } from "@/components/ui/time";
import type { ExecutionView } from "@/lib/executions/schema";
import { addressKey } from "@/lib/queries/parameters";

interface Props {
  view: ExecutionView;
  stopping: boolean;
  mayRun: boolean;
  /** Whether they may write pipelines. */
  mayBuild: boolean;
  comments: number;
  /** What the reader calls its rows in SQL. */
  named: string | null;
}

export function ExecutionHead({ view, stopping, mayRun, mayBuild, comments, named }: Props) {
  const [name, setName] = useState(named);
  const done = isFinal(view.state);
  const ran = span(view.startedAt, view.finishedAt);
  const waited = span(view.submittedAt, view.startedAt);
  return (
    <div className={classes.head}>
      <AboutWarehouse id={view.warehouse.id} />
      <div className={classes.title}>
        <h1 title={view.sql.slice(0, 400)}>{view.query?.title ?? titleOf(view.sql)}</h1>
        <div className={classes.facts}>
          <span className={classes.state}>
            <StateBadge state={stopping ? "cancelling" : view.state} />
          </span>
          {view.query ? (
            <span>
              <Link href={queryPath(view.query)}>its query</Link>, version {view.query.version}
            </span>
          ) : null}
          <span>{view.user.name}</span>
          <span>{view.warehouse.name}</span>
          <span>
            <RelativeTime at={view.submittedAt} />, <ExactTime at={view.submittedAt} />
          </span>
          {done && ran !== null ? <span>ran {duration(ran)}</span> : null}
          {view.cost ? (
            <span title={costWords(view.cost)}>
              {view.cost.cached ? "from the engine’s cache" : `read ${size(view.cost.bytesProcessed)}`}
            </span>
          ) : null}
          {done && waited !== null && waited >= 1000 ? <span>waited {duration(waited)}</span> : null}
          <span>
            <Link href={`/executions?far=true&q=${encodeURIComponent(view.sql.slice(0, 1_000))}`}>
              Other runs of it
            </Link>
          </span>
          <span>
            <a href="#comments">
              {comments === 0 ? "Comment" : comments === 1 ? "One comment" : `${comments} comments`}
            </a>
          </span>
          {mayRun && done && hasRows(view) ? (
            <span>
              <NameResult executionId={view.id} name={name} onNamed={setName} />
            </span>
          ) : null}
          {view.via === "joined" ? <span>joined the same running SQL</span> : null}
          {view.via === "reused" && view.startedAt ? (
            <span>
              reused an answer from <RelativeTime at={view.startedAt} />
            </span>
          ) : null}
        </div>
      </div>
      <div className={classes.actions}>
        {view.audience ? (
          <span className={classes.audience}>
            <IconUsers size={14} aria-hidden />
            {view.audience}
          </span>
        ) : null}
        <CopyLink />
        <ShareButton
          kind="execution"
          objectId={view.id}
          runnable={view.query !== null}
          audience={view.audience || undefined}
        />
        <ExecutionMenu view={view} mayRun={mayRun} mayBuild={mayBuild} named={name} />
        {mayRun ? (
          <LinkButton
            href={`/queries/new?copy=${view.id}`}
            variant="default"
            leftSection={<IconPencil size={14} aria-hidden />}
          >
            Edit a copy
          </LinkButton>
        ) : null}
        {mayRun && done ? <RunAgain view={view} /> : null}
      </div>
    </div>
  );
}

function costWords({ bytesBilled, slotMs }: NonNullable<ExecutionView["cost"]>): string {
  return `Billed for ${size(bytesBilled)}; ${duration(slotMs)} of slot time.`;
}

/** Its saved query with the values that were given here. */
function queryPath({ id, values }: NonNullable<ExecutionView["query"]>): string {
  const address = new URLSearchParams();
  for (const [name, value] of Object.entries(values ?? {}))
    for (const part of Array.isArray(value) ? value : [value ?? ""]) address.append(addressKey(name), part);
  return `/queries/${id}${address.size > 0 ? `?${address}` : ""}`;
}

function span(from: string | null, to: string | null): number | null {
  return from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : null;
}
