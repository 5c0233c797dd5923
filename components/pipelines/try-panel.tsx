"use client";

import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { ProblemList } from "@/components/pipelines/problem-list";
import classes from "@/components/pipelines/try.module.css";
import type { Try } from "@/components/pipelines/use-try";
import { ArtifactPreview } from "@/components/runs/artifact-preview";
import { planWords } from "@/components/runs/plan-words";
import { isOver, stageNote } from "@/components/runs/run-words";
import { BusyButton } from "@/components/ui/busy-button";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { StateBadge } from "@/components/ui/state";
import type { Problem } from "@/lib/pipelines/schema";
import type { RunView, StageView } from "@/lib/runs/schema";

const shownRows = 20;

interface Props {
  tried: Try;
  selected: string | null;
  onSelect: (id: string | null) => void;
  onProblem: (problem: Problem) => void;
  onClose: () => void;
}

/** How a try of the draft goes: of the selected stage its first rows and what it would write, else all stages in short. */
export function TryPanel({ tried, selected, onSelect, onProblem, onClose }: Props) {
  const { run, refused, changed } = tried;
  const panel = useRef<HTMLElement>(null);
  // On a phone it is below the graph: who pressed the button sees what came of it.
  useEffect(() => {
    if (tried.begun > 0) panel.current?.scrollIntoView({ block: "nearest" });
  }, [tried.begun]);
  const stage = run?.stages.find(({ id }) => id === selected);
  return (
    <section ref={panel} className={classes.panel} aria-label="Try">
      <div className={classes.head}>
        <h2>{run ? whatWords(run) : "Try"}</h2>
        {run ? <StateBadge state={run.state} /> : null}
        <span className={classes.meta} role="status">
          Nothing is written outside. {changed ? "The draft has changed since." : ""}
        </span>
        {run && !isOver(run.state) ? (
          <BusyButton variant="default" size="xs" loading={tried.busy} onClick={() => void tried.cancel()}>
            Stop
          </BusyButton>
        ) : null}
        {run ? <Link href={`/runs/${run.id}`}>Its log</Link> : null}
        <ActionIcon variant="subtle" color="gray" aria-label="Close the try" onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      {refused && refused.problems.length > 0 ? (
        <>
          <p className={classes.meta}>It cannot be tried like this.</p>
          <ProblemList problems={refused.problems} onOpen={onProblem} />
        </>
      ) : refused ? (
        <ProblemAlert title={refused.message} />
      ) : null}
      {run && stage ? <OneStage run={run} stage={stage} /> : null}
      {run && !stage ? (
        <ul className={classes.stages}>
          {run.stages.map((one) => (
            <li key={one.id}>
              <button type="button" onClick={() => onSelect(one.id)}>
                <StateBadge state={one.state} word={stageNote(one, Date.now())} />
                <b>{one.title ?? one.id}</b>
                <span className={classes.meta}>{shortWords(one)}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

const whatWords = ({ tried }: RunView): string =>
  tried?.rows === null
    ? "What it would do, over all rows"
    : `Tried on ${tried ? `at most ${tried.rows.toLocaleString("en")} rows of each source` : "a sample"}`;

const planOf = (stage: StageView): string | null => {
  const plan = stage.attempts.at(-1)?.plan;
  return plan ? planWords(plan) : null;
};

function shortWords(stage: StageView): string {
  const rows = stage.attempts.at(-1)?.rows ?? stage.artifacts[0]?.rows ?? null;
  return [
    stage.error?.message ?? stage.note ?? planOf(stage),
    rows === null || planOf(stage) ? null : `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`,
  ]
    .filter(Boolean)
    .join(" ");
}

function OneStage({ run, stage }: { run: RunView; stage: StageView }) {
  const plan = planOf(stage);
  return (
    <div className={classes.stage}>
      <div className={classes.head}>
        <b>{stage.title ?? stage.id}</b>
        <StateBadge state={stage.state} word={stageNote(stage, Date.now())} />
      </div>
      {stage.error ? (
        <p className={classes.wrong} role="alert">
          {stage.error.message} {stage.error.hint}
        </p>
      ) : null}
      {stage.note ? <p>{stage.note}</p> : null}
      {plan ? <p>{plan}</p> : null}
      {stage.state === "succeeded"
        ? stage.artifacts.map(({ output }) => (
            <div key={output}>
              <h3>{output}</h3>
              <ArtifactPreview run={run.id} stage={stage.id} output={output} limit={shownRows} />
            </div>
          ))
        : null}
    </div>
  );
}
