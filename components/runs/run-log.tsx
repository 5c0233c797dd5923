"use client";

import { Button, Select, TextInput } from "@mantine/core";
import { IconDownload, IconSearch } from "@tabler/icons-react";
import { useMemo } from "react";
import { mostOffered } from "@/components/pipelines/stage-finder";
import classes from "@/components/runs/log.module.css";
import { LogLines } from "@/components/runs/log-lines";
import { useLog } from "@/components/runs/use-log";
import { useTypedWords } from "@/components/ui/use-typed-words";
import type { RunView } from "@/lib/runs/schema";

interface Props {
  run: Pick<RunView, "id" | "stages">;
  stage: string | null;
  words: string;
  onStage: (stage: string | null) => void;
  onWords: (words: string | null) => void;
}

/** Everything that the stages printed, live; by stage, and searched within. */
export function RunLog({ run, stage, words, onStage, onWords }: Props) {
  const asked = new URLSearchParams({ ...(stage ? { stage } : {}) });
  const path = `/runs/${run.id}/logs?${asked}`;
  const log = useLog(`${path}${asked.size > 0 ? "&" : ""}follow=true`);
  const typed = useTypedWords(words, onWords);
  const found = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    return wanted === "" ? log.lines : log.lines.filter(({ text }) => text.toLowerCase().includes(wanted));
  }, [log.lines, words]);
  return (
    <section className={classes.log} aria-label="Log">
      <div className={classes.logBar}>
        <Select
          aria-label="Stage of the log"
          placeholder="All stages"
          clearable
          searchable
          limit={mostOffered}
          data={run.stages.map(({ id, title }) => ({ value: id, label: title ?? id }))}
          value={stage}
          onChange={onStage}
        />
        <TextInput
          aria-label="Find in the log"
          placeholder="Find in the log"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed.typed}
          onChange={(event) => typed.type(event.currentTarget.value)}
        />
        <span className={classes.meta} role="status">
          {log.problem ??
            `${found.length === 1 ? "1 line" : `${found.length.toLocaleString("en")} lines`}${log.reading ? ", live" : ""}`}
          {log.dropped > 0 ? `; the ${log.dropped.toLocaleString("en")} before them are in the download` : ""}
        </span>
        <Button
          component="a"
          href={`/api/v1${path}`}
          download={`run-${run.id}.ndjson`}
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          Download
        </Button>
      </div>
      <LogLines
        lines={found}
        lead={stage === null ? ({ stage: of }) => <span className={classes.lead}>{of}</span> : undefined}
        empty={words ? "No line has these words" : log.reading ? "Nothing yet" : "Nothing was printed"}
      />
    </section>
  );
}
