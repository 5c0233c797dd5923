"use client";

import { Skeleton } from "@mantine/core";
import { Outcome } from "@/components/executions/result-view";
import { SaveAsTable } from "@/components/executions/save-as-table";
import { hasRows, useExecution } from "@/components/executions/use-execution";
import classes from "@/components/queries/queries.module.css";
import { dayWords, rangeWords } from "@/components/queries/range-words";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { RelativeTime } from "@/components/ui/time";
import type { SavedDrawing } from "@/lib/charts/schema";
import type { ExecutionView } from "@/lib/executions/schema";
import { dayOf, rangeOf } from "@/lib/queries/relative-dates";
import type { Parameter } from "@/lib/queries/schema";

interface Props {
  executionId: string;
  /** As the server had it. */
  initial?: ExecutionView;
  parameters: Parameter[];
  /** The reader's: what "today" means. */
  zone: string;
  me: { id: string; admin: boolean; writes: boolean };
  /** A chart that was saved of the query. */
  saved: SavedDrawing | undefined;
}

/** An answer of a saved query, a stored one or one that is on its way, with its age. */
export function Answer({ executionId, initial, parameters, zone, me, saved }: Props) {
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
        {initial && view.finishedAt ? (
          <span>
            Answer from <RelativeTime at={(view.via === "reused" && view.startedAt) || view.finishedAt} />
          </span>
        ) : null}
        {ranges(parameters, view, zone).map(({ name, words, now }) => (
          <span key={name} className={now ? classes.stale : undefined}>
            {name}: {words}
            {now ? `, which is now ${now}: run it for those days` : ""}
          </span>
        ))}
        {me.writes ? <SaveAsTable view={view} /> : null}
      </div>
      <div className={hasRows(view) ? classes.answer : undefined}>
        <Outcome
          followed={{ ...followed, view }}
          inUrl
          mayStop={me.admin || view.user.id === me.id}
          maySave={me.writes}
          saved={saved}
        />
      </div>
    </>
  );
}

interface Days {
  name: string;
  /** The days that this answer is of. */
  words: string;
  /** What the same words mean at this moment, when that is something else. */
  now: string | null;
}

/** Which days the dates were when this ran, and whether "the last 7 days" have become others since. */
function ranges(parameters: Parameter[], view: ExecutionView, zone: string): Days[] {
  const { values, query } = { values: view.parameters, query: view.query };
  return parameters.flatMap(({ name, label, type }): Days[] => {
    const said = query?.values?.[name];
    const present = { now: new Date(), timeZone: zone };
    if (type === "dateRange") {
      const [from, to] = [values[`${name}.from`], values[`${name}.to`]];
      if (typeof from !== "string" || typeof to !== "string") return [];
      const words = rangeWords({ from, to });
      const range = typeof said === "string" ? rangeOf(said, present) : null;
      const now = range && rangeWords(range);
      return [{ name: label || name, words, now: now === words ? null : now }];
    }
    const day = values[name];
    // A date that was given in digits says by itself which it is.
    if (type !== "date" || typeof day !== "string" || said === day) return [];
    const today = typeof said === "string" ? dayOf(said, present) : null;
    return [{ name: label || name, words: dayWords(day), now: today && today !== day ? dayWords(today) : null }];
  });
}
