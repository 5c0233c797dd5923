"use client";

import { Button } from "@mantine/core";
import { IconExternalLink, IconTable } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ArtifactPreview, artifactPath } from "@/components/runs/artifact-preview";
import classes from "@/components/runs/artifacts.module.css";
import { artifactWords } from "@/components/runs/run-words";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { Submitted } from "@/lib/executions/schema";
import type { ArtifactView, StageView } from "@/lib/runs/schema";

const shownRows = 100;

/** What a stage handed on: its first rows here, all of them as a result with its grid, charts, SQL and downloads. */
export function ArtifactList({ run, stage }: { run: string; stage: StageView }) {
  return (
    <ul className={classes.artifacts}>
      {stage.artifacts.map((artifact) => (
        <Artifact key={`${artifact.attempt}.${artifact.output}`} run={run} stage={stage} artifact={artifact} />
      ))}
    </ul>
  );
}

function Artifact({ run, stage, artifact }: { run: string; stage: StageView; artifact: ArtifactView }) {
  const { output, rows, bytes, files, format, columns } = artifact;
  const router = useRouter();
  const { run: act, busy, problem } = useAction();
  const [shown, setShown] = useState(false);
  const open = async () => {
    const made = await act(() => api<Submitted>("POST", `${artifactPath(run, stage.id, output)}/open`));
    if (made) router.push(`/executions/${made.id}`);
  };
  return (
    <li>
      <div>
        <b>{output}</b>{" "}
        <span className={classes.meta}>
          {artifactWords(rows, bytes)} in {files.length === 1 ? "one file" : `${files.length} files`}, {format}
          {columns && columns.length > 0 ? `: ${columns.map(({ name }) => name).join(", ")}` : ""}
        </span>
      </div>
      {stage.state === "succeeded" ? (
        <div className={classes.buttons}>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconTable size={14} aria-hidden />}
            aria-expanded={shown}
            onClick={() => setShown(!shown)}
          >
            {shown ? "Hide the rows" : "Show the first rows"}
          </Button>
          <BusyButton
            variant="subtle"
            size="xs"
            loading={busy}
            leftSection={<IconExternalLink size={14} aria-hidden />}
            onClick={open}
          >
            Open as a result
          </BusyButton>
        </div>
      ) : null}
      <Refusal>{problem?.message}</Refusal>
      {shown ? <ArtifactPreview run={run} stage={stage.id} output={output} limit={shownRows} /> : null}
    </li>
  );
}
