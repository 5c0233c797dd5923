import { type Bar, barsOf, spanOf } from "@/components/runs/gantt-bars";
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

const percent = ({ left, width }: Bar) => ({ left: `${left}%`, width: `${width}%` });

/** When each stage waited and ran, one below the other: where the time went. */
export function Gantt({ run, now, selected, onSelect }: Props) {
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
              const { waited, ran } = barsOf(run, attempt, now);
              return (
                <span key={attempt.id}>
                  <span className={classes.waits} style={percent(waited)} />
                  {ran ? <span className={classes.ran} data-state={attempt.state} style={percent(ran)} /> : null}
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
        <span>{duration(spanOf(run, now))}</span>
      </div>
    </section>
  );
}
