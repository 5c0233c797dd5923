"use client";

import { Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconChevronRight, IconPlayerPlay } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { SavedCharts } from "@/components/charts/saved-charts";
import executionClasses from "@/components/executions/execution.module.css";
import { StatementText } from "@/components/executions/statement-text";
import { AboutWarehouse } from "@/components/layout/about-warehouse";
import { Answer } from "@/components/queries/answer";
import { type Given, ParameterForm } from "@/components/queries/parameter-form";
import classes from "@/components/queries/queries.module.css";
import { QueryHead } from "@/components/queries/query-head";
import { useValues } from "@/components/queries/use-values";
import { Schedules } from "@/components/schedules/schedules";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Empty } from "@/components/ui/empty";
import { asProblem, type Problem } from "@/components/ui/problem";
import { ProblemAlert } from "@/components/ui/problem-alert";
import type { SavedDrawing } from "@/lib/charts/schema";
import type { ExecutionView } from "@/lib/executions/schema";
import type { QueryView } from "@/lib/queries/schema";

export interface Reader {
  id: string;
  admin: boolean;
  /** Whether they may save queries of their own. */
  writes: boolean;
}

interface Props {
  query: QueryView;
  /** What the address says of the parameters. */
  given: Given;
  /** The reader's zone: what "today" means. */
  zone: string;
  /** The newest stored answer for these values that this reader may see. */
  answer: ExecutionView | null;
  /** The chart that somebody saved of it first: its answers begin as that one. */
  chart: SavedDrawing | undefined;
  me: Reader;
  description: ReactNode;
}

/** A saved query: what it is, its parameters, and at once the latest answer for them. */
export function SavedQueryPage({ query, given, zone, answer, chart, me, description }: Props) {
  const values = useValues(query.parameters, given, zone);
  const [ran, setRan] = useState<{ id: string; key: string }>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState(false);
  const key = JSON.stringify([query.version, values.given]);

  const run = async () => {
    setSaid(true);
    setProblem(undefined);
    if (busy || !query.may.run || values.problems.length > 0) return;
    setBusy(true);
    try {
      const body = { parameters: values.given, timeZone: zone };
      const { id } = await api<{ id: string }>("POST", `/queries/${query.id}/executions`, body);
      setRan({ id, key });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  useHotkeys([["mod+Enter", () => void run()]], []);

  const problems = { ...values.problemsByName, ...byParameter(problem) };
  // An empty field that must be filled is said when somebody runs, not before they have come to it.
  const shownProblems = Object.fromEntries(
    Object.entries(problems).filter(([name]) => said || values.shown[name] !== undefined),
  );
  const fresh = ran?.key === key ? ran.id : undefined;
  return (
    <>
      <AboutWarehouse id={query.warehouse.id} />
      <QueryHead query={query} me={me} values={values.given}>
        {query.may.run ? (
          <BusyButton leftSection={<IconPlayerPlay size={14} aria-hidden />} loading={busy} onClick={() => void run()}>
            Run
          </BusyButton>
        ) : null}
      </QueryHead>
      {description}
      <ParameterForm
        parameters={query.parameters}
        form={query.id}
        given={values.shown}
        problems={shownProblems}
        zone={zone}
        onChange={values.set}
      />
      {values.tooLong ? (
        <Text size="sm" c="var(--sl-late)" role="status">
          These values are too long for a link: it opens with those before them. Running takes them all.
        </Text>
      ) : null}
      {problem && problem.fields.length === 0 ? (
        <ProblemAlert title="It was not run">{problem.message}</ProblemAlert>
      ) : null}
      <details className={executionClasses.sql}>
        <summary>
          <IconChevronRight size={16} aria-hidden />
          SQL
        </summary>
        <StatementText sql={query.sql} />
      </details>
      <div className={values.pending ? classes.pending : undefined} aria-busy={values.pending}>
        {fresh ? (
          <Answer key={fresh} executionId={fresh} parameters={query.parameters} zone={zone} me={me} saved={chart} />
        ) : answer && !values.tooLong ? (
          <Answer
            key={answer.id}
            executionId={answer.id}
            initial={answer}
            parameters={query.parameters}
            zone={zone}
            me={me}
            saved={chart}
          />
        ) : (
          <>
            <NoAnswer query={query} bad={values.problems.length > 0} pending={values.pending} />
            <SavedCharts of="query" id={query.id} />
          </>
        )}
      </div>
      <Schedules
        of={{
          ...{ path: `/queries/${query.id}`, kind: "query", title: query.title, parameters: query.parameters },
          tiles: [],
        }}
        zone={zone}
        writes={me.writes}
      />
    </>
  );
}

/** What the server refused, at the fields it named. */
function byParameter(problem: Problem | undefined): Record<string, string> {
  return Object.fromEntries(
    (problem?.fields ?? []).map(({ field, message }) => [field.replace(/^parameters\./, ""), message]),
  );
}

function NoAnswer({ query, bad, pending }: { query: QueryView; bad: boolean; pending: boolean }) {
  const values = query.parameters.length > 0;
  if (bad) return <Empty title="A value does not fit">Its field says why. Nothing is run until it is put right.</Empty>;
  if (pending) return <Text c="dimmed">Looking for an answer to these values</Text>;
  return (
    <Empty title={values ? "Nobody has run it with these values yet" : "Nobody has run it yet"}>
      {query.may.run
        ? "Run it: the answer stays here for everyone who may see it. Ctrl Enter runs it, too."
        : `It is shared with you to see, not to run. Ask ${query.owner.user.name} for these values.`}
    </Empty>
  );
}
