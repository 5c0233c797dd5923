"use client";

import { Skeleton } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import { Outcome } from "@/components/executions/result-view";
import { hasRows, useExecution } from "@/components/executions/use-execution";
import classes from "@/components/queries/queries.module.css";
import { rangeWords } from "@/components/queries/range-words";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { RelativeTime } from "@/components/ui/time";
import type { ExecutionView } from "@/lib/executions/schema";
import type { Parameter } from "@/lib/queries/schema";

interface Props {
  executionId: string;
  /** As the server had it. */
  initial?: ExecutionView;
  parameters: Parameter[];
  me: { id: string; admin: boolean };
  /** What stands beside the age: ways to look at the same answer. */
  children?: ReactNode;
}

/** An answer of a saved query, a stored one or one that is on its way, with its age. */
export function Answer({ executionId, initial, parameters, me, children }: Props) {
  const followed = useExecution(executionId, initial);
  const view = followed.view ?? initial;
  if (!view) {
    return followed.problem ? (
      <ProblemAlert title="This answer cannot be shown now">{followed.problem.message}</ProblemAlert>
    ) : (
      <Skeleton height={360} radius={6} />
    );
  }
  return (
    <>
      <div className={classes.answerLine}>
        <span>
          {view.startedAt && view.via === "reused" ? (
            <>
              answer from <RelativeTime at={view.startedAt} />
            </>
          ) : (
            <>
              run <RelativeTime at={view.submittedAt} /> by {view.user.name}
            </>
          )}
        </span>
        {ranges(parameters, view).map(([name, words]) => (
          <span key={name}>
            {name}: {words}
          </span>
        ))}
        <Link href={`/executions/${view.id}`}>Link to this answer</Link>
        {children}
      </div>
      <div className={hasRows(view) ? classes.answer : undefined}>
        <Outcome followed={{ ...followed, view }} inUrl mayStop={me.admin || view.user.id === me.id} />
      </div>
    </>
  );
}

/** Which days a relative range was when this ran. */
function ranges(parameters: Parameter[], { parameters: values }: ExecutionView): [string, string][] {
  return parameters.flatMap(({ name, label, type }): [string, string][] => {
    const [from, to] = [values[`${name}.from`], values[`${name}.to`]];
    if (type !== "dateRange" || typeof from !== "string" || typeof to !== "string") return [];
    return [[label || name, rangeWords({ from, to })]];
  });
}
