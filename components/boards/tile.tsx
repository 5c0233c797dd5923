"use client";

import { Skeleton, Text } from "@mantine/core";
import { IconAlertCircle, IconLock } from "@tabler/icons-react";
import Link from "next/link";
import type { ReactNode } from "react";
import classes from "@/components/boards/board.module.css";
import { placeOf } from "@/components/boards/place";
import { TileTable } from "@/components/boards/tile-table";
import { ChartFigure } from "@/components/charts/chart-figure";
import { useChart } from "@/components/charts/use-chart";
import { waitingWords } from "@/components/executions/waiting-words";
import { AskAccess } from "@/components/sharing/ask-access";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { StateBadge } from "@/components/ui/state";
import { RelativeTime } from "@/components/ui/time";
import type { QueryTile, TileAnswer } from "@/lib/boards/schema";
import type { ChartSpec } from "@/lib/charts/schema";
import type { ExecutionView } from "@/lib/executions/schema";

interface Props {
  tile: QueryTile;
  /** Undefined until the first answer is there. */
  answer: TileAnswer | undefined;
  /** Why it could not be run just now. */
  refused: string | undefined;
  /** The values have changed and their answers are on their way. */
  pending: boolean;
  /** Without its head, where something else says what it is. */
  bare?: boolean;
}

/** One query's answer on a board: its title, its age, its own error. */
export function TileView(props: Props) {
  const { tile, answer } = props;
  return (
    <li className={classes.tile} style={placeOf(tile)} data-tile={tile.id} aria-label={answer?.title ?? undefined}>
      <TileContent {...props} />
    </li>
  );
}

export function TileContent({ tile, answer, refused, pending, bare = false }: Props) {
  if (!answer) return <Skeleton height="100%" radius={6} />;
  const { answer: view, newer, path } = answer;
  const title = answer.title ?? "Not open to you";
  return (
    <>
      {bare ? null : (
        <div className={classes.tileHead}>
          <h2 title={title}>
            {path ? (
              <Link href={path} prefetch={false}>
                {title}
              </Link>
            ) : (
              title
            )}
          </h2>
          <Age view={view} newer={newer} />
        </div>
      )}
      <Since refused={refused} newer={view ? newer : null} />
      <div className={classes.body} data-pending={pending || undefined} aria-busy={pending}>
        <Shown tile={tile} answer={answer} title={title} />
      </div>
    </>
  );
}

function Age({ view, newer }: { view: ExecutionView | null; newer: ExecutionView | null }) {
  const running = newer && newer.state !== "failed";
  return (
    <span className={classes.age}>
      {running ? <StateBadge state={newer.state} /> : null}
      {view?.finishedAt ? (
        <Link href={`/executions/${view.id}`} prefetch={false} aria-label="The answer's own page">
          <RelativeTime at={(view.via === "reused" && view.startedAt) || view.finishedAt} focusable={false} />
        </Link>
      ) : null}
    </span>
  );
}

/** What went wrong since the answer that is shown. */
function Since({ refused, newer }: { refused: string | undefined; newer: ExecutionView | null }) {
  const failed = newer?.state === "failed" ? newer : null;
  if (!refused && !failed) return null;
  return (
    <p className={classes.since} role={refused ? "alert" : undefined}>
      <IconAlertCircle size={14} aria-hidden />
      <span>
        {refused ?? (
          <>
            <Link href={`/executions/${failed?.id}`} prefetch={false}>
              The newest run failed
            </Link>
            : {failed?.error?.message}
          </>
        )}
      </span>
    </p>
  );
}

function Shown({ tile, answer, title }: { tile: QueryTile; answer: TileAnswer; title: string }): ReactNode {
  const { state, problem, answer: view, newer, spec } = answer;
  if (state === "closed")
    return (
      <Centred>
        <IconLock size={18} aria-hidden />
        <Text size="sm">You may not see the query that stands here.</Text>
        <AskAccess kind="query" id={tile.query} asked={answer.asked} />
      </Centred>
    );
  if (problem)
    return <ProblemAlert title={state === "gone" ? "Nothing to draw" : "A value does not fit"}>{problem}</ProblemAlert>;
  if (view) {
    if (tile.as === "table") return <TileTable view={view} title={title} />;
    return <TileChart executionId={view.id} spec={spec as ChartSpec | null} />;
  }
  if (newer?.state === "failed")
    return (
      <ProblemAlert title="It failed">
        {newer.error?.message}{" "}
        <Link href={`/executions/${newer.id}`} prefetch={false}>
          Its page
        </Link>
      </ProblemAlert>
    );
  return (
    <Centred>
      <Text size="sm" c="dimmed" role="status">
        {newer
          ? newer.waiting
            ? waitingWords(newer.waiting, newer.warehouse.name)
            : "Running for the first time with these values"
          : answer.mayRun
            ? "Nobody has run it with these values yet. Refresh runs it."
            : "There is no answer to these values, and it is shared with you to see, not to run."}
      </Text>
    </Centred>
  );
}

function Centred({ children }: { children: ReactNode }) {
  return (
    <div
      style={{
        margin: "auto",
        display: "flex",
        flexDirection: "column",
        alignItems: "center",
        gap: 8,
        textAlign: "center",
      }}
    >
      {children}
    </div>
  );
}

function TileChart({ executionId, spec }: { executionId: string; spec: ChartSpec | null }) {
  const { data, stale, problem, reload } = useChart(executionId, spec);
  if (problem)
    return (
      <ProblemAlert title="This chart cannot be drawn" onRetry={() => void reload()}>
        {problem.message}
      </ProblemAlert>
    );
  if (!data) return <Skeleton style={{ flex: 1 }} radius={6} />;
  return <ChartFigure executionId={executionId} view={data} stale={stale} />;
}
