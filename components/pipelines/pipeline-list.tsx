"use client";

import { IconCalendarClock, IconPlayerPause } from "@tabler/icons-react";
import classes from "@/components/pipelines/list.module.css";
import { RowMeta, Rows, RowTitle } from "@/components/ui/rows";
import { StateIcon } from "@/components/ui/state";
import { RelativeTime } from "@/components/ui/time";
import { Who } from "@/components/ui/who";
import type { PipelineItem } from "@/lib/pipelines/schema";

/** Pipelines as rows: how their latest runs ended, when the next one is, whose they are. */
export function PipelineList({ items }: { items: PipelineItem[] }) {
  return (
    <Rows items={items} label="Pipelines" className={classes.list} hrefOf={({ name }) => `/pipelines/${name}`}>
      {(item) => {
        const [latest] = item.runs;
        return (
          <>
            <RowTitle
              before={latest ? <StateIcon state={latest.state} /> : <span className={classes.never} />}
              name={item.title ?? item.name}
            />
            <RowMeta className={classes.health} failed={latest?.state === "failed"}>
              {healthWords(item)}
              {latest ? (
                <>
                  {", "}
                  <RelativeTime at={latest.finishedAt ?? latest.createdAt} focusable={false} />
                </>
              ) : null}
            </RowMeta>
            <Outcomes runs={item.runs} />
            <RowMeta className={classes.next}>
              {item.nextAt ? (
                <>
                  <IconCalendarClock size={14} aria-hidden /> next <RelativeTime at={item.nextAt} focusable={false} />
                </>
              ) : item.paused ? (
                <>
                  <IconPlayerPause size={14} aria-hidden /> paused
                </>
              ) : (
                "by hand"
              )}
            </RowMeta>
            <RowMeta className={classes.who}>
              <Who name={item.owner.team?.name ?? item.owner.user.name} />
            </RowMeta>
          </>
        );
      }}
    </Rows>
  );
}

/** The latest runs as marks, oldest first; the words beside them say the same. */
function Outcomes({ runs }: Pick<PipelineItem, "runs">) {
  return (
    <span className={classes.outcomes} aria-hidden>
      {runs.toReversed().map(({ id, state }) => (
        <span key={id} data-state={state} />
      ))}
    </span>
  );
}

/** “Failed 3 times in a row”, “Succeeded”, “Never ran”. */
export function healthWords({ runs }: Pick<PipelineItem, "runs">): string {
  const ended = runs.filter(({ state }) => state === "succeeded" || state === "failed");
  const [latest] = runs;
  if (!latest) return "Never ran";
  if (latest.state === "running") return "Running";
  if (latest.state === "queued") return "Waiting to run";
  if (latest.state === "cancelled") return "Cancelled";
  const other = ended.findIndex(({ state }) => state !== latest.state);
  const times = other === -1 ? ended.length : other;
  if (latest.state === "failed") return times > 1 ? `Failed ${times} times in a row` : "Failed";
  return "Succeeded";
}
