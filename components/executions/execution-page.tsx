"use client";

import { IconChevronRight } from "@tabler/icons-react";
import Link from "next/link";
import { Comments } from "@/components/comments/comments";
import classes from "@/components/executions/execution.module.css";
import { ExecutionHead } from "@/components/executions/execution-head";
import { Outcome } from "@/components/executions/result-view";
import { StatementText } from "@/components/executions/statement-text";
import { hasRows, useExecution } from "@/components/executions/use-execution";
import { StateBadge } from "@/components/ui/state";
import type { CommentView } from "@/lib/comments/schema";
import type { ExecutionView } from "@/lib/executions/schema";

interface Props {
  initial: ExecutionView;
  mayRun: boolean;
  /** Whether they may write pipelines. */
  mayBuild: boolean;
  mayStop: boolean;
  comments: CommentView[];
  /** What the reader calls its rows in SQL. */
  named: string | null;
}

/** The permalink: the answer first, the SQL folded above it. */
export function ExecutionPage({ initial, mayRun, mayBuild, mayStop, comments, named }: Props) {
  const followed = useExecution(initial.id, initial);
  const view = followed.view ?? initial;
  const failed = view.state === "failed";
  const at = failed && view.error?.line ? { line: view.error.line, column: view.error.column ?? null } : undefined;
  const statement = (
    <details key="sql" className={classes.sql} open={failed || undefined}>
      <summary>
        <IconChevronRight size={16} aria-hidden />
        SQL{parametersNote(view)}
      </summary>
      <StatementText sql={view.sql} at={at} />
      <Parameters view={view} />
    </details>
  );
  const outcome = (
    <div key="outcome" className={hasRows(view) ? classes.result : classes.outcome}>
      <Outcome followed={{ ...followed, view }} inUrl mayStop={mayStop} maySave={mayRun} />
    </div>
  );
  return (
    <>
      <ExecutionHead
        view={view}
        comments={comments.length}
        named={named}
        stopping={followed.stopping}
        mayRun={mayRun}
        mayBuild={mayBuild}
      />
      {view.batch.length > 1 ? <Batch view={view} /> : null}
      {failed ? [outcome, statement] : [statement, outcome]}
      <Comments executionId={view.id} initial={comments} />
    </>
  );
}

function Batch({ view }: { view: ExecutionView }) {
  return (
    <nav className={classes.batch} aria-label="Statements of this batch">
      {view.batch.map(({ id, position, state }) => (
        <Link key={id} href={`/executions/${id}`} aria-current={id === view.id ? "page" : undefined}>
          {position + 1} <StateBadge state={id === view.id ? view.state : state} />
        </Link>
      ))}
    </nav>
  );
}

function parametersNote(view: ExecutionView): string {
  const count = Object.keys(view.parameters).length;
  return count === 0 ? "" : ` and ${count} ${count === 1 ? "parameter" : "parameters"}`;
}

function Parameters({ view }: { view: ExecutionView }) {
  const entries = Object.entries(view.parameters);
  if (entries.length === 0) return null;
  return (
    <dl style={{ display: "grid", gridTemplateColumns: "max-content 1fr", gap: "4px 16px", margin: "8px 0 0" }}>
      {entries.map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt style={{ color: "var(--mantine-color-dimmed)" }}>{name}</dt>
          <dd style={{ margin: 0, overflowWrap: "anywhere" }}>{value === null ? "NULL" : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
