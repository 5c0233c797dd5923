"use client";

import { Radio, Stack, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { api } from "@/components/ui/api";
import { DialogActions } from "@/components/ui/dialog-actions";
import { useAction } from "@/components/ui/use-action";
import type { ChartSpec, SavedChart } from "@/lib/charts/schema";

interface Props {
  /** What is to be kept. */
  spec: ChartSpec;
  executionId: string;
  query: { id: string; title: string } | null;
  onClose: () => void;
}

/** Its fields. */
export function SaveChartForm({ spec, executionId, query, onClose }: Props) {
  const router = useRouter();
  const [title, setTitle] = useState(query?.title ?? "");
  const [kind, setKind] = useState<string>(query ? "query" : "execution");
  const { run, busy, problem } = useAction();
  const save = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const of = { kind, id: kind === "query" ? query?.id : executionId };
      const { id } = await api<SavedChart>("POST", "/charts", { title, spec, of });
      router.push(`/charts/${id}`);
    });
  };
  return (
    <form onSubmit={save}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label="Title"
          required
          maxLength={200}
          value={title}
          error={problem?.byField.title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        {query ? (
          <Radio.Group label="It draws" value={kind} onChange={setKind}>
            <Stack gap={6} mt={6}>
              <Radio value="query" label={`the latest answer of “${query.title}”`} />
              <Radio value="execution" label="this answer, for ever" />
            </Stack>
          </Radio.Group>
        ) : null}
        <DialogActions
          refusal={problem && !problem.byField.title ? problem.message : undefined}
          busy={busy}
          onCancel={onClose}
        />
      </Stack>
    </form>
  );
}
