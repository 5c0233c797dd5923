"use client";

import { Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { Differences } from "@/components/pipelines/differences";
import { ProblemList } from "@/components/pipelines/problem-list";
import { api } from "@/components/ui/api";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { asProblem, type Problem as Refused } from "@/components/ui/problem";
import type { PipelineView, Problem } from "@/lib/pipelines/schema";

interface Props {
  name: string;
  text: string;
  /** What is live; null where nothing is. */
  live: Pick<PipelineView, "version" | "text" | "document"> | null;
  opened: boolean;
  onClose: () => void;
  onPublished: (view: PipelineView) => void;
  onProblem: (problem: Problem) => void;
}

/** What publishing changes, shown before it does. */
export function PublishDialog({ name, text, live, opened, onClose, onPublished, onProblem }: Props) {
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused>();
  /** On top of which version, after somebody else was faster and both were looked at. */
  const [base, setBase] = useState<number>();
  const publish = async () => {
    setBusy(true);
    setRefused(undefined);
    const asked = new URLSearchParams({ base: String(base ?? live?.version ?? 0), ...(note.trim() ? { note } : {}) });
    try {
      const path = `/pipelines/${encodeURIComponent(name)}?${asked}`;
      onPublished(await api<PipelineView>("PUT", path, text, { type: "application/yaml" }));
    } catch (error) {
      const problem = asProblem(error);
      setRefused(problem);
      if (typeof problem.details.live === "number") setBase(problem.details.live);
    } finally {
      setBusy(false);
    }
  };
  const problems = (refused?.details.problems ?? []) as Problem[];
  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      title={live ? "Publish these changes" : "Publish this pipeline"}
      size="xl"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void publish();
        }}
      >
        <Stack gap="sm">
          <Differences live={live} text={text} />
          <TextInput
            label="What changed"
            description="Stands beside the version; may stay empty."
            value={note}
            maxLength={2_000}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          {problems.length > 0 ? (
            <ProblemList
              problems={problems}
              onOpen={(problem) => {
                onClose();
                onProblem(problem);
              }}
            />
          ) : null}
          <DialogActions
            verb={base === undefined ? "Publish" : `Publish on top of version ${base}`}
            busy={busy}
            refusal={problems.length > 0 ? "It cannot run like this." : refused?.message}
            onCancel={onClose}
          />
        </Stack>
      </form>
    </Dialog>
  );
}
