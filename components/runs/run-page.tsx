"use client";

import { Menu, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconChevronDown, IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsString, useQueryStates } from "nuqs";
import { useEffect, useState } from "react";
import executionClasses from "@/components/executions/execution.module.css";
import { many } from "@/components/pipelines/many";
import { StageFinder } from "@/components/pipelines/stage-finder";
import { widest } from "@/components/pipelines/widest";
import { Downstream } from "@/components/runs/downstream";
import { Gantt } from "@/components/runs/gantt";
import {
  causeWords,
  intervalWords,
  isOver,
  memoryOffer,
  memoryWords,
  stageNote,
  startedWords,
  toneOf,
  took,
} from "@/components/runs/run-words";
import classes from "@/components/runs/runs.module.css";
import { StagePanel } from "@/components/runs/stage-panel";
import { tablePath } from "@/components/tables/table-path";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { duration } from "@/components/ui/duration";
import { NotIsolated } from "@/components/ui/not-isolated";
import { PageHead } from "@/components/ui/page-head";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { StateBadge } from "@/components/ui/state";
import { ExactTime, RelativeTime } from "@/components/ui/time";
import { useAction } from "@/components/ui/use-action";
import { useRest } from "@/components/ui/use-rest";
import { bytesOf } from "@/lib/operators/quantities";
import type { Manifest } from "@/lib/operators/schema";
import type { RetryRun, RunView, StartedRun } from "@/lib/runs/schema";

const Graph = dynamic(() => import("@/components/pipelines/graph"), {
  ssr: false,
  loading: () => <Skeleton height="100%" />,
});

const RunLog = dynamic(() => import("@/components/runs/run-log").then(({ RunLog: Log }) => Log), {
  ssr: false,
  loading: () => <Skeleton height={480} />,
});

interface Props {
  first: RunView;
  /** Of each operator its picture, by id. */
  icons: Record<string, Manifest["icon"]>;
}

/** How often a run is looked at, in milliseconds: each look draws all of its stages anew. */
const paceOf = (stages: number) => (stages > many ? 5_000 : 1_000);
/** Pixels of the graph's frame: stages side by side stand one above the other in it. */
const frameHeight = (abreast: number) => Math.min(480, Math.max(260, 32 + 36 * abreast));
const place = {
  stage: parseAsString,
  q: parseAsString.withDefault(""),
};

/** One go of a pipeline: what it does or why it failed, when each stage ran, its log, and what to do next. */
export function RunPage({ first, icons }: Props) {
  const [ended, setEnded] = useState(isOver(first.state));
  const pace = paceOf(first.stages.length);
  const {
    data = first,
    problem: unread,
    reload,
  } = useRest<RunView>(`/runs/${first.id}`, ended ? undefined : pace, first);
  const run = data;
  const over = isOver(run.state);
  useEffect(() => setEnded(over), [over]);
  const now = useNow(over ? null : pace, run.finishedAt ?? run.createdAt);
  const [{ stage: chosen, q }, setPlace] = useQueryStates(place, { history: "replace" });
  const phone = useMediaQuery("(max-width: 767px)") ?? false;
  const stage = run.stages.find(({ id }) => id === chosen);
  const select = (id: string | null) => void setPlace({ stage: id });
  const change = useChange(run, reload);
  const title = run.pipeline.title ?? run.pipeline.name;
  const ran = took(run.startedAt, run.finishedAt, now);
  const offered = memoryOffer(run);
  const lines = run.stages.flatMap(({ id, needs }) => needs.map((from) => ({ from, to: id, dashed: false })));
  const ids = run.stages.map(({ id }) => id);
  return (
    <div className={classes.page}>
      <PageHead
        title={
          run.saves ? (
            <>
              Save as{" "}
              <Link href={tablePath(run.saves.warehouse.name, run.saves.schema, run.saves.table)}>
                {run.saves.schema}.{run.saves.table}
              </Link>
            </>
          ) : (
            <>
              <Link href={`/pipelines/${run.pipeline.name}`}>{title}</Link> for {intervalWords(run.interval)}
            </>
          )
        }
        note={
          <span className={executionClasses.facts}>
            <span className={executionClasses.state}>
              <StateBadge state={change.stopping && !over ? "cancelling" : run.state} />
            </span>
            <span>
              started {startedWords(run)}, <RelativeTime at={run.createdAt} />
            </span>
            {ran === null ? null : <span>{over ? `took ${duration(ran)}` : duration(ran)}</span>}
            {run.saves ? (
              <span>
                rows of <Link href={`/executions/${run.saves.execution}`}>this execution</Link>, in{" "}
                {run.saves.warehouse.name} for {run.saves.team}
              </span>
            ) : (
              <span>version {run.version}</span>
            )}
            <span>{run.interval.timeZone}</span>
            {run.notIsolated ? <NotIsolated /> : null}
            {run.retryOf ? (
              <span>
                goes on from <Link href={`/runs/${run.retryOf}`}>an earlier run</Link>
              </span>
            ) : null}
            {run.finishedAt ? (
              <span>
                ended <ExactTime at={run.finishedAt} />
              </span>
            ) : null}
          </span>
        }
      >
        {run.may.cancel ? (
          <BusyButton
            variant="default"
            loading={change.busy || change.stopping}
            leftSection={<IconPlayerStop size={14} aria-hidden />}
            onClick={change.cancel}
          >
            Cancel the run
          </BusyButton>
        ) : null}
        {run.may.retry ? (
          <RetryMenu run={run} quiet={offered !== null} busy={change.busy} onRetry={change.retry} />
        ) : null}
      </PageHead>
      {unread ? <ProblemAlert title="What stands here may be old">{unread.message}</ProblemAlert> : null}
      {change.problem ? <ProblemAlert title={change.problem} /> : null}
      {run.state === "failed" || (run.state === "cancelled" && run.error) ? (
        <Cause run={run} more={offered} busy={change.busy} onShow={select} onRetry={change.retry} />
      ) : null}
      {run.state === "succeeded" || run.tried ? null : <Downstream run={run} />}
      <div className={classes.finder}>
        <StageFinder stages={run.stages} onSelect={select} />
      </div>
      <div className={classes.split} data-open={stage ? true : undefined}>
        <div className={classes.graph} style={phone ? undefined : { height: frameHeight(widest(ids, lines)) }}>
          <Graph
            label="Stages of this run"
            narrow={phone}
            selected={stage?.id ?? null}
            onSelect={select}
            boxes={run.stages.map((one) => ({
              id: one.id,
              title: one.title ?? one.id,
              note: stageNote(one, now),
              icon: icons[one.operator.split("@")[0] ?? ""],
              tone: toneOf(one.state),
              notIsolated: one.attempts.some(({ runtime }) => runtime === "process"),
            }))}
            lines={lines}
          />
        </div>
        {stage ? <StagePanel run={run} stage={stage} now={now} busy={change.busy} onRetry={change.retry} /> : null}
      </div>
      <Gantt run={run} now={now} selected={stage?.id ?? null} onSelect={select} />
      <RunLog
        run={run}
        stage={stage?.id ?? null}
        words={q}
        onStage={select}
        onWords={(words) => void setPlace({ q: words || null })}
      />
    </div>
  );
}

interface CauseProps {
  run: RunView;
  /** What the stage that ran out of memory is offered. */
  more: string | null;
  busy: boolean;
  onShow: (stage: string) => void;
  onRetry: (asked: Partial<RetryRun>) => void;
}

/** The first failure in one sentence, what to do next, and where to look. */
function Cause({ run, more, busy, onShow, onRetry }: CauseProps) {
  const failed = run.stages.filter(({ state }) => state === "failed");
  const [first] = failed;
  const said = first?.error && run.error?.includes(first.error.message);
  return (
    <ProblemAlert title={causeWords(run)}>
      {first?.error && !(said && more) ? (
        <p style={{ margin: 0 }}>
          {said ? null : first.error.message} {more ? null : first.error.hint}
        </p>
      ) : null}
      {failed.length > 1 ? <p style={{ margin: 0 }}>{failed.length} stages failed.</p> : null}
      {first && more ? (
        <div className={classes.offer}>
          <BusyButton loading={busy} onClick={() => onRetry({ stage: first.id, memory: more })}>
            Retry with {memoryWords(bytesOf(more))}
          </BusyButton>
          <span className={classes.meta}>
            For this run alone. To keep it, change the limits of{" "}
            <Link href={`/pipelines/${run.pipeline.name}?stage=${first.id}`}>its stage</Link>.
          </span>
        </div>
      ) : null}
      {first ? (
        <button type="button" className={classes.link} onClick={() => onShow(first.id)}>
          Show {first.title ?? first.id} and its log
        </button>
      ) : null}
    </ProblemAlert>
  );
}

interface RetryProps {
  run: RunView;
  /** Something better is offered beside the cause. */
  quiet: boolean;
  busy: boolean;
  onRetry: (asked: Partial<RetryRun>) => void;
}

function RetryMenu({ run, quiet, busy, onRetry }: RetryProps) {
  const whole = run.state === "succeeded";
  return (
    <>
      <BusyButton
        variant={quiet ? "default" : "filled"}
        loading={busy}
        leftSection={<IconRefresh size={14} aria-hidden />}
        onClick={() => onRetry(whole ? { whole: true } : {})}
      >
        {whole ? "Run all of it again" : "Run again what did not succeed"}
      </BusyButton>
      <Menu position="bottom-end">
        <Menu.Target>
          <BusyButton variant="default" loading={busy} rightSection={<IconChevronDown size={14} aria-hidden />}>
            Other ways
          </BusyButton>
        </Menu.Target>
        <Menu.Dropdown>
          {whole ? null : <Menu.Item onClick={() => onRetry({ whole: true })}>All of it</Menu.Item>}
          <Menu.Item onClick={() => onRetry({ whole: true, version: "latest" })}>
            All of it, by the latest version
          </Menu.Item>
          {whole ? null : (
            <Menu.Item onClick={() => onRetry({ version: "latest" })}>
              What did not succeed, by the latest version
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function useChange(run: RunView, reload: () => Promise<void>) {
  const router = useRouter();
  const { run: act, busy, problem } = useAction();
  const [stopping, setStopping] = useState(false);
  return {
    busy,
    stopping,
    problem: problem?.message,
    cancel: () =>
      void act(async () => {
        await api("POST", `/runs/${run.id}/cancel`, {});
        setStopping(true);
        await reload();
      }),
    retry: (asked: Partial<RetryRun>) =>
      void act(async () => {
        const { id } = await api<StartedRun>("POST", `/runs/${run.id}/retry`, asked);
        router.push(`/runs/${id}`);
      }),
  };
}

/** The time, while something moves; else when it ended. The server's drawing and the first in the browser are the same. */
function useNow(everyMs: number | null, still: string): number {
  const [now, setNow] = useState(Date.parse(still));
  useEffect(() => {
    if (everyMs === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
