"use client";

import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconRefresh } from "@tabler/icons-react";
import { ArtifactList } from "@/components/runs/artifact-list";
import { planWords } from "@/components/runs/plan-words";
import { measured, memoryWords, notAgainWords, stageNote, took, waitsWords } from "@/components/runs/run-words";
import classes from "@/components/runs/runs.module.css";
import { duration } from "@/components/ui/duration";
import { NotIsolated } from "@/components/ui/not-isolated";
import { StateBadge } from "@/components/ui/state";
import { RelativeTime } from "@/components/ui/time";
import type { RetryRun, RunView, StageView } from "@/lib/runs/schema";

interface Props {
  run: RunView;
  stage: StageView;
  now: number;
  busy: boolean;
  onRetry: (asked: Partial<RetryRun>) => void;
}

/** One stage of a run: how it went, each try, what it handed on, who waits for it. */
export function StagePanel({ run, stage, now, busy, onRetry }: Props) {
  const waiting = run.stages.filter(({ needs }) => needs.includes(stage.id));
  return (
    <section className={classes.panel} aria-label={`Stage ${stage.title ?? stage.id}`}>
      <div className={classes.panelHead}>
        <h2>{stage.title ?? stage.id}</h2>
        <StateBadge state={stage.state} word={stageNote(stage, now)} />
        <span className={classes.meta}>{stage.operator}</span>
      </div>
      {stage.error ? (
        <p className={classes.cause}>
          {stage.error.message} {stage.error.hint ?? notAgainWords(stage)}
        </p>
      ) : null}
      {stage.note ? <p>{stage.note}</p> : null}
      {waiting.length > 0 ? (
        <p className={classes.meta}>
          {waiting.length === 1 ? "Waits for it: " : "Wait for it: "}
          {waiting.map(({ id, title }) => title ?? id).join(", ")}
        </p>
      ) : null}
      <p className={classes.meta}>
        May use {memoryWords(stage.limits.memoryBytes)} of memory,{" "}
        {stage.limits.cpu === 1 ? "1 processor" : `${stage.limits.cpu} processors`}, and{" "}
        {duration(stage.limits.seconds * 1000)} for each try
      </p>
      {stage.attempts.length > 0 ? (
        <ol className={classes.attempts} aria-label="Tries">
          {stage.attempts.map((attempt) => {
            const ms = took(attempt.startedAt, attempt.finishedAt, now);
            return (
              <li key={attempt.id}>
                <span className={classes.attemptHead}>
                  Try {attempt.number}
                  <StateBadge state={attempt.state} />
                  {attempt.startedAt ? <RelativeTime at={attempt.startedAt} /> : null}
                  {ms === null ? null : <span>{duration(ms)}</span>}
                </span>
                <span className={classes.meta}>
                  {attempt.runtime === "process" ? (
                    <>
                      <NotIsolated /> ·{" "}
                    </>
                  ) : null}
                  {[
                    waitsWords(attempt),
                    measured(attempt),
                    attempt.exitCode ? `ended with code ${attempt.exitCode}` : null,
                    attempt.state === "lost" ? "spends no retry" : null,
                    attempt.runtime === "process" ? null : attempt.runtime,
                    attempt.logLines === 1 ? "1 line of log" : `${attempt.logLines.toLocaleString("en")} lines of log`,
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
                {attempt.error && attempt.error.message !== stage.error?.message ? (
                  <span className={classes.cause}>{attempt.error.message}</span>
                ) : null}
                {attempt.plan ? <span>{planWords(attempt.plan)}</span> : null}
                {attempt.stopReason ? <span className={classes.meta}>{attempt.stopReason}</span> : null}
                {attempt.metrics && Object.keys(attempt.metrics).length > 0 ? (
                  <span className={classes.meta}>
                    {Object.entries(attempt.metrics)
                      .map(
                        ([name, value]) => `${name}: ${typeof value === "number" ? value.toLocaleString("en") : value}`,
                      )
                      .join(" · ")}
                  </span>
                ) : null}
              </li>
            );
          })}
        </ol>
      ) : null}
      {stage.artifacts.length > 0 ? (
        <>
          <h3>Handed on</h3>
          <ArtifactList run={run.id} stage={stage} />
        </>
      ) : null}
      {run.may.retry ? (
        <div className={classes.buttons}>
          <Button
            variant="default"
            disabled={busy}
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={() => onRetry({ stage: stage.id })}
          >
            Run again from here
          </Button>
          <Button variant="subtle" disabled={busy} onClick={() => onRetry({ stage: stage.id, only: true })}>
            This stage alone
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="subtle" disabled={busy} rightSection={<IconChevronDown size={14} aria-hidden />}>
                By the latest version
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => onRetry({ stage: stage.id, version: "latest" })}>Run again from here</Menu.Item>
              <Menu.Item onClick={() => onRetry({ stage: stage.id, only: true, version: "latest" })}>
                This stage alone
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      ) : null}
    </section>
  );
}
