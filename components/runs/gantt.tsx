import { stageNote, toneOf } from "@/components/runs/run-words";
import classes from "@/components/runs/runs.module.css";
import { duration } from "@/components/ui/duration";
import type { RunView } from "@/lib/runs/schema";

interface Props {
  run: RunView;
  now: number;
  selected: string | null;
  onSelect: (stage: string) => void;
}

/** When each stage waited and ran, one below the other: where the time went. */
export function Gantt({ run, now, selected, onSelect }: Props) {
  const start = Date.parse(run.createdAt);
  const end = Math.max(start + 1, run.finishedAt ? Date.parse(run.finishedAt) : now);
  const place = (from: number, to: number) => ({
    left: `${(Math.max(0, from - start) / (end - start)) * 100}%`,
    width: `${(Math.max(0, Math.min(to, end) - Math.max(from, start)) / (end - start)) * 100}%`,
  });
  return (
    <section className={classes.gantt} aria-label="When each stage ran">
      {run.stages.map((stage) => (
        <button
          type="button"
          key={stage.id}
          className={classes.bar}
          aria-pressed={stage.id === selected}
          onClick={() => onSelect(stage.id)}
        >
          <span className={classes.barName}>{stage.title ?? stage.id}</span>
          <span className={classes.track} aria-hidden>
            {(stage.reused ? [] : stage.attempts).map((attempt) => {
              const [queued, began, over] = [attempt.queuedAt, attempt.startedAt, attempt.finishedAt].map((at) =>
                at ? Date.parse(at) : null,
              );
              return (
                <span key={attempt.id}>
                  {queued === null || queued === undefined ? null : (
                    <span className={classes.waits} style={place(queued, began ?? over ?? now)} />
                  )}
                  {began ? (
                    <span className={classes.ran} data-state={attempt.state} style={place(began, over ?? now)} />
                  ) : null}
                </span>
              );
            })}
          </span>
          <span className={classes.barNote} data-tone={toneOf(stage.state)}>
            {stageNote(stage, now)}
          </span>
        </button>
      ))}
      <div className={classes.axis} aria-hidden>
        <span>0</span>
        <span>{duration(end - start)}</span>
      </div>
    </section>
  );
}
