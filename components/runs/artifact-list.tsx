"use client";

import { Button, Menu } from "@mantine/core";
import { IconDownload, IconExternalLink, IconTable } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useRefused } from "@/components/layout/rights";
import { ArtifactPreview, artifactPath } from "@/components/runs/artifact-preview";
import classes from "@/components/runs/artifacts.module.css";
import { artifactWords } from "@/components/runs/run-words";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { size } from "@/components/ui/size";
import { ExactTime } from "@/components/ui/time";
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
  const { output, rows, bytes, files, format, columns, expired } = artifact;
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
      {expired ? (
        <p className={classes.meta}>
          Not kept any more since <ExactTime at={expired.at} />, by {expired.by || "a rule of this installation"}. Run
          the stage again to have it anew.
        </p>
      ) : stage.state === "succeeded" ? (
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
          <Download path={artifactPath(run, stage.id, output)} files={files} />
        </div>
      ) : null}
      <Refusal>{problem?.message}</Refusal>
      {shown ? <ArtifactPreview run={run} stage={stage.id} output={output} limit={shownRows} /> : null}
    </li>
  );
}

/** As the stage wrote it: its one file, or one of them. */
function Download({ path, files }: { path: string; files: ArtifactView["files"] }) {
  const refused = useRefused("download");
  const button = { variant: "subtle", size: "xs", leftSection: <IconDownload size={14} aria-hidden /> } as const;
  const addressOf = (name: string) => `/api/v1${path}/download?file=${encodeURIComponent(name)}`;
  const [only] = files;
  if (only && files.length === 1 && !refused)
    return (
      <Button {...button} component="a" href={addressOf(only.name)} download>
        Download
      </Button>
    );
  return (
    <Menu withinPortal position="bottom-start">
      <Menu.Target>
        <Button {...button}>Download</Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
        {refused ? (
          <Menu.Label maw={320} style={{ whiteSpace: "normal" }}>
            {refused}
          </Menu.Label>
        ) : (
          files.map(({ name, bytes }) => (
            <Menu.Item key={name} component="a" href={addressOf(name)} download>
              {name}, {size(bytes)}
            </Menu.Item>
          ))
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
