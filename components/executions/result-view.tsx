"use client";

import { Anchor, Skeleton } from "@mantine/core";
import { useEffect, useRef } from "react";
import { Cancelled, Done, Expired, Failed } from "@/components/executions/outcome";
import { Progress } from "@/components/executions/progress";
import { ResultTabs } from "@/components/executions/result-tabs";
import classes from "@/components/executions/result-view.module.css";
import { type Followed, hasRows, isFinal, useExecution } from "@/components/executions/use-execution";
import { ProblemAlert } from "@/components/ui/problem-alert";
import type { SavedDrawing } from "@/lib/charts/schema";
import type { ExecutionView } from "@/lib/executions/schema";

interface Props {
  executionId: string;
  /** Sort, filter, search and columns live in the URL; off for a result that is pinned beside another. */
  inUrl?: boolean;
  onState?: (view: ExecutionView) => void;
  /** Beside an editor that holds the statement: goes to the place of its error. */
  onFind?: () => void;
}

/** An execution from its first moment to its rows. Fills the height that its parent gives it. */
export function ResultView(props: Props) {
  return <Following key={props.executionId} {...props} />;
}

function Following({ executionId, inUrl = true, onState, onFind }: Props) {
  const followed = useExecution(executionId);
  const { view, problem } = followed;
  const tell = useRef(onState);
  tell.current = onState;
  useEffect(() => {
    if (view) tell.current?.(view);
  }, [view]);
  if (!view && problem) {
    return (
      <ProblemAlert title="This result cannot be shown now">
        {problem.message} {problem.signedOut && <SignInAgain />}
      </ProblemAlert>
    );
  }
  if (!view) return <Skeleton height="100%" mih={120} radius={6} />;
  return <Outcome followed={{ ...followed, view }} inUrl={inUrl} mayStop maySave onFind={onFind} />;
}

/** What there is of an execution at this moment: progress, rows, or how it ended. */
export function Outcome({
  followed: { view, problem, stop, stopping },
  inUrl,
  mayStop,
  maySave = false,
  saved,
  onFind,
}: {
  followed: Followed & { view: ExecutionView };
  inUrl: boolean;
  mayStop: boolean;
  /** Whether this person may keep charts. */
  maySave?: boolean;
  /** A chart that was saved of it. */
  saved?: SavedDrawing | undefined;
  onFind?: () => void;
}) {
  const rows = hasRows(view);
  return (
    <div className={classes.view}>
      {!isFinal(view.state) && <Progress {...{ view, stop, stopping, mayStop }} compact={rows} />}
      {problem && (
        <p role="alert" className={classes.problem}>
          {problem.message} {problem.signedOut && <SignInAgain />}
        </p>
      )}
      {view.state === "failed" && <Failed view={view} onFind={onFind} />}
      {view.state === "cancelled" && <Cancelled view={view} />}
      {view.state === "succeeded" && view.expired && <Expired view={view} />}
      {view.state === "succeeded" && !view.expired && !rows && <Done view={view} />}
      {rows && <ResultTabs view={view} inUrl={inUrl} maySave={maySave} saved={saved} />}
    </div>
  );
}

function SignInAgain() {
  return (
    <Anchor href={`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`}>Sign in again</Anchor>
  );
}
