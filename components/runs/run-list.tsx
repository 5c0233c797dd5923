"use client";

import classes from "@/components/runs/run-list.module.css";
import { causeWords, intervalWords, isOver, startedWords, took } from "@/components/runs/run-words";
import { duration } from "@/components/ui/duration";
import { NotIsolated } from "@/components/ui/not-isolated";
import { RowMeta, Rows, RowTitle } from "@/components/ui/rows";
import { StateBadge } from "@/components/ui/state";
import { RelativeTime } from "@/components/ui/time";
import { useFresh } from "@/components/ui/use-fresh";
import type { RunItem } from "@/lib/runs/schema";

const lookAgainMs = 3_000;

interface Props {
  items: RunItem[];
  label: string;
  /** On the page of one pipeline its name says nothing. */
  named?: boolean;
}

/** Runs as rows, newest first. Read anew while one of them still goes on. */
export function RunList({ items, label, named = true }: Props) {
  useFresh(
    items.some(({ state }) => !isOver(state)),
    lookAgainMs,
  );
  return (
    <Rows items={items} label={label} className={classes.list} hrefOf={({ id }) => `/runs/${id}`}>
      {(run) => {
        const ms = run.finishedAt ? took(run.startedAt, run.finishedAt, 0) : null;
        return (
          <>
            <StateBadge state={run.state} />
            <span className={classes.interval}>
              <RowTitle
                name={`${named ? `${run.pipeline.title ?? run.pipeline.name}, ` : ""}${intervalWords(run.interval)}`}
              />
            </span>
            <RowMeta className={classes.note} failed={run.state === "failed"}>
              {run.error ? causeWords(run) : `${startedWords(run)}, version ${run.version}`}
              {run.notIsolated ? (
                <>
                  {" "}
                  <NotIsolated focusable={false} />
                </>
              ) : null}
            </RowMeta>
            <RowMeta end>{ms === null ? "" : duration(ms)}</RowMeta>
            <RowMeta end>
              <RelativeTime at={run.createdAt} focusable={false} />
            </RowMeta>
          </>
        );
      }}
    </Rows>
  );
}
