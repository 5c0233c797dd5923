"use client";

import { Button, Loader } from "@mantine/core";
import { IconClockHour4, IconPlayerStop } from "@tabler/icons-react";
import { Elapsed } from "@/components/executions/elapsed";
import classes from "@/components/executions/execution.module.css";
import { waitingWords } from "@/components/executions/waiting-words";
import { count } from "@/components/ui/count";
import { ExactTime } from "@/components/ui/time";
import type { ExecutionView } from "@/lib/executions/schema";

interface Props {
  view: ExecutionView;
  stop: () => void | Promise<void>;
  stopping: boolean;
  mayStop: boolean;
  /** On one line above the rows that are already there. */
  compact?: boolean;
}

/** What stands in for the answer until it is there: place in line, or rows so far, and the way to stop. */
export function Progress({ view, stop, stopping, mayStop, compact }: Props) {
  const running = view.state === "running";
  return (
    <div className={classes.progress} data-compact={compact || undefined}>
      {running || stopping ? (
        <Loader size={18} aria-hidden />
      ) : (
        <IconClockHour4 size={18} color="var(--sl-late)" aria-hidden />
      )}
      <div className={classes.grow}>
        <div role="status">
          {stopping
            ? "Stopping. It is cancelled once the warehouse confirms."
            : running
              ? runningWords(view)
              : waitingWords(view.waiting, view.warehouse.name)}
        </div>
        <div className={classes.quiet}>
          {running ? "Running for " : "Waiting for "}
          <Elapsed since={running ? (view.startedAt ?? view.submittedAt) : view.submittedAt} />
          {!running && view.waiting?.until ? (
            <>
              {" · Goes on by itself "}
              <ExactTime at={view.waiting.until} />
            </>
          ) : null}
          {!running && view.waiting?.estimateBasis ? ` · ${view.waiting.estimateBasis}` : null}
          {compact ? null : ` · ${closeWords(view)}`}
        </div>
      </div>
      {mayStop ? (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={14} aria-hidden />}
          onClick={() => void stop()}
          disabled={stopping}
        >
          {stopping ? "Stopping" : "Stop"}
        </Button>
      ) : null}
    </div>
  );
}

function closeWords({ unwatchedMinutes, warehouse }: ExecutionView): string {
  if (unwatchedMinutes === null) return "You may close this page; the answer waits at this link.";
  const time = unwatchedMinutes === 1 ? "a minute" : `${unwatchedMinutes} minutes`;
  return `Keep this page open: ${warehouse.name} ends what nobody watches for ${time}.`;
}

function runningWords(view: ExecutionView): string {
  const rows = view.rowCount ?? 0;
  if (rows === 0) return `Running on ${view.warehouse.name}. No row yet.`;
  return `Running on ${view.warehouse.name}. ${count(rows, "row")} so far.`;
}
