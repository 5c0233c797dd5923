"use client";

import { Button } from "@mantine/core";
import { parseAsInteger, useQueryState } from "nuqs";
import { TextDiff } from "@/components/queries/text-diff";
import classes from "@/components/queries/versions.module.css";
import { Empty } from "@/components/ui/empty";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { RelativeTime } from "@/components/ui/time";
import { useRest } from "@/components/ui/use-rest";
import type { PipelineVersionView } from "@/lib/pipelines/schema";

interface Props {
  name: string;
  live: number;
  readOnly: boolean;
  /** Makes a version's text the draft. */
  onRestore: (version: PipelineVersionView) => void;
}

/** Every version that was published, what each changed, and the way back to it. */
export function VersionsTab({ name, live, readOnly, onRestore }: Props) {
  const { data, problem, reload } = useRest<{ items: PipelineVersionView[] }>(
    `/pipelines/${encodeURIComponent(name)}/versions`,
  );
  const [chosen, setChosen] = useQueryState("version", parseAsInteger);
  if (problem)
    return (
      <ProblemAlert title="The versions could not be read" onRetry={reload}>
        {problem.message}
      </ProblemAlert>
    );
  if (!data) return <p>Reading the versions…</p>;
  const shown = data.items.find(({ number }) => number === chosen) ?? data.items[0];
  if (!shown) return <Empty title="Nothing is published yet" />;
  const before = data.items.find(({ number }) => number < shown.number);
  return (
    <div className={classes.page}>
      <nav className={classes.list} aria-label="Versions">
        {data.items.map(({ number, by, at, note }) => (
          <a
            key={number}
            data-row
            href={`?tab=versions&version=${number}`}
            aria-current={number === shown.number ? "page" : undefined}
            onClick={(event) => {
              event.preventDefault();
              void setChosen(number);
            }}
          >
            <span className={classes.number}>
              Version {number}
              {number === live ? " (now)" : ""}
            </span>
            <span className={classes.meta}>
              {by.name}, <RelativeTime at={at} focusable={false} />
            </span>
            {note ? <span className={classes.meta}>{note}</span> : null}
          </a>
        ))}
      </nav>
      <div className={classes.main}>
        <div className={classes.head}>
          <h2>{before ? `Version ${shown.number} beside version ${before.number}` : `Version ${shown.number}`}</h2>
          {shown.number === live || readOnly ? null : (
            <Button variant="default" onClick={() => onRestore(shown)}>
              Make it the draft
            </Button>
          )}
        </div>
        <TextDiff label="Pipeline" before={before?.text ?? ""} after={shown.text} />
      </div>
    </div>
  );
}
