"use client";

import { Button } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { AddToBoard } from "@/components/boards/add-to-board";
import classes from "@/components/charts/chart.module.css";
import { ChartPanel } from "@/components/charts/chart-panel";
import { CopyLink } from "@/components/executions/copy-link";
import { Expired } from "@/components/executions/outcome";
import { ShareButton } from "@/components/sharing/share-button";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { asProblem, type Problem } from "@/components/ui/problem";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { RelativeTime } from "@/components/ui/time";
import type { ChartSpec, ChartView, SavedChart } from "@/lib/charts/schema";
import type { ExecutionView } from "@/lib/executions/schema";

interface Props {
  initial: SavedChart;
  /** What it draws; null where its query has no stored answer that this reader may see. */
  execution: ExecutionView | null;
  /** The drawing itself, where it was quickly there. */
  drawn: ChartView | null;
  /** Whether they may change boards. */
  writes: boolean;
}

/** A saved chart at its own address: the drawing first, and whose it is, of what, how old. */
export function SavedChartPage({ initial, execution, drawn, writes }: Props) {
  const router = useRouter();
  const [chart, setChart] = useState(initial);
  const [editing, setEditing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const save = async (spec: ChartSpec) => {
    setProblem(undefined);
    try {
      setChart(await api<SavedChart>("PATCH", `/charts/${chart.id}`, { spec }));
      setEditing(false);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const remove = async () => {
    await api("DELETE", `/charts/${chart.id}`);
    router.push(source);
  };
  const source = chart.query ? `/queries/${chart.query.id}` : `/executions/${chart.execution}`;
  return (
    <>
      <PageHead
        title={chart.title}
        note={
          <>
            {chart.query ? <Link href={source}>{chart.query.title}</Link> : <Link href={source}>One execution</Link>}
            {execution ? (
              <>
                {", "}
                <Link href={`/executions/${execution.id}`}>
                  answer from <RelativeTime at={execution.finishedAt ?? execution.submittedAt} />
                </Link>
              </>
            ) : null}
            , chart by {chart.author.name}
          </>
        }
      >
        <CopyLink />
        {writes && chart.query ? (
          <AddToBoard tile={{ query: chart.query.id, as: "chart", chart: chart.id }} title={chart.title} />
        ) : null}
        <ShareButton kind="chart" objectId={chart.id} runnable={chart.query !== null} />
        {chart.may.edit && execution ? (
          <Button
            variant="default"
            leftSection={<IconPencil size={14} aria-hidden />}
            aria-pressed={editing}
            onClick={() => setEditing(!editing)}
          >
            {editing ? "Leave as it was" : "Change chart"}
          </Button>
        ) : null}
        {chart.may.edit ? (
          <Confirm label="Remove" verb={`Remove the chart “${chart.title}”`} variant="default" onConfirm={remove}>
            Its address will lead nowhere. The rows that it draws stay.
          </Confirm>
        ) : null}
      </PageHead>
      {problem ? <ProblemAlert title="The chart was not saved">{problem.message}</ProblemAlert> : null}
      {execution?.expired ? (
        <Expired view={execution} />
      ) : execution && execution.state === "succeeded" ? (
        <div className={classes.page}>
          <ChartPanel
            key={editing ? "editing" : chart.updatedAt}
            executionId={execution.id}
            columns={execution.columns ?? []}
            spec={chart.spec}
            drawn={chart === initial ? drawn : null}
            timeZone={execution.timeZone}
            title={chart.title}
            folded={!editing}
            onSave={editing ? (spec) => void save(spec) : undefined}
          />
        </div>
      ) : (
        <Empty title="There is no answer to draw yet" action={<LinkButton href={source}>Open the query</LinkButton>}>
          Run the query with these values: the chart draws its latest answer.
        </Empty>
      )}
    </>
  );
}
