import type { AttemptView, RunView } from "@/lib/runs/schema";

/** A part of the time from a run's beginning to its end, both in percent of the whole. */
export interface Bar {
  left: number;
  width: number;
}

/** What is drawn of one attempt. */
export interface Bars {
  /** Until it began, or was over without that. */
  waited: Bar;
  /** Null: it has not begun, or never did. */
  ran: Bar | null;
}

type Times = Pick<AttemptView, "queuedAt" | "startedAt" | "finishedAt">;

/** How long a run took or takes, in milliseconds; at least one, since all is drawn as a part of it. */
export function spanOf({ createdAt, finishedAt }: Pick<RunView, "createdAt" | "finishedAt">, now: number): number {
  return Math.max(1, (finishedAt ? Date.parse(finishedAt) : now) - Date.parse(createdAt));
}

/** Where the bars of an attempt stand in the time of its run; never outside of it, whatever the clocks say. Pure. */
export function barsOf(run: Pick<RunView, "createdAt" | "finishedAt">, attempt: Times, now: number): Bars {
  const [start, span] = [Date.parse(run.createdAt), spanOf(run, now)];
  const within = (at: number) => Math.min(span, Math.max(0, at - start));
  const place = (from: number, to: number): Bar => ({
    left: (within(from) / span) * 100,
    width: (Math.max(0, within(to) - within(from)) / span) * 100,
  });
  const began = attempt.startedAt ? Date.parse(attempt.startedAt) : null;
  const over = attempt.finishedAt ? Date.parse(attempt.finishedAt) : now;
  return {
    waited: place(Date.parse(attempt.queuedAt), began ?? over),
    ran: began === null ? null : place(began, over),
  };
}
