"use client";

import { IconChevronRight } from "@tabler/icons-react";
import Link from "next/link";
import classes from "@/components/executions/execution.module.css";
import { ExecutionHead } from "@/components/executions/execution-head";
import { Cancelled, Expired, Failed } from "@/components/executions/outcome";
import { Progress } from "@/components/executions/progress";
import { StatementText } from "@/components/executions/statement-text";
import { isFinal, useExecution } from "@/components/executions/use-execution";
import { ResultView } from "@/components/results/result-view";
import { StateBadge } from "@/components/ui/state";
import type { ExecutionView } from "@/lib/executions/schema";

interface Props {
  initial: ExecutionView;
  mayRun: boolean;
  mayStop: boolean;
}

/** The permalink: the answer first, the SQL folded above it. */
export function ExecutionPage({ initial, mayRun, mayStop }: Props) {
  const { view, setView, stop, stopping, problem } = useExecution(initial, hasRows);
  const failed = view.state === "failed";
  const at = failed && view.error?.line ? { line: view.error.line, column: view.error.column ?? null } : undefined;
  return (
    <>
      <ExecutionHead view={view} stopping={stopping} mayRun={mayRun} />
      {view.batch.length > 1 ? <Batch view={view} /> : null}
      {failed ? <Failed view={view} /> : null}
      <details className={classes.sql} open={failed || undefined} style={failed ? { marginTop: 12 } : undefined}>
        <summary>
          <IconChevronRight size={16} aria-hidden />
          SQL{parametersNote(view)}
        </summary>
        <StatementText sql={view.sql} at={at} />
        <Parameters view={view} />
      </details>
      {isFinal(view.state) || hasRows(view) ? null : (
        <Progress view={view} stop={stop} stopping={stopping} mayStop={mayStop} />
      )}
      {problem ? (
        <p role="alert" className={classes.quiet}>
          {problem}
        </p>
      ) : null}
      {view.state === "cancelled" ? <Cancelled view={view} /> : null}
      {view.state === "succeeded" && view.expired ? <Expired view={view} /> : null}
      {hasRows(view) ? (
        <div className={classes.result}>
          <ResultView
            executionId={view.id}
            initial={view}
            onState={(next) => setView((before) => ({ ...before, ...next }) as ExecutionView)}
          />
        </div>
      ) : null}
    </>
  );
}

/** The first page is readable while the rest arrives. */
function hasRows(view: ExecutionView): boolean {
  if (view.state === "succeeded") return !view.expired;
  return view.state === "running" && view.columns !== null && (view.rowCount ?? 0) > 0;
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
