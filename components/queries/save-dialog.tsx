"use client";

import { Stack, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { api } from "@/components/ui/api";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { asProblem, type Problem } from "@/components/ui/problem";
import type { Parameter, QueryView } from "@/lib/queries/schema";

interface Props {
  opened: boolean;
  /** What the tab is called. */
  title: string;
  sql: string;
  /** What it asks for. */
  parameters: Parameter[];
  warehouse: string | undefined;
  onClose: () => void;
  onSaved: (query: QueryView) => void;
}

/** Gives SQL from the editor a title and a page of its own. */
export function SaveDialog({ opened, onClose, ...rest }: Props) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Save as a query" centered>
      {opened && <SaveForm {...rest} onClose={onClose} />}
    </Dialog>
  );
}

function SaveForm({ title: called, sql, parameters, warehouse, onClose, onSaved }: Omit<Props, "opened">) {
  const [title, setTitle] = useState(called);
  const [description, setDescription] = useState("");
  const [tags, setTags] = useState<string[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      onSaved(await api<QueryView>("POST", "/queries", { title, description, tags, sql, parameters, warehouse }));
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  const errors = problem?.byField ?? {};
  const elsewhere = problem && !problem.fields.some(({ field }) => /^(title|description|tags)/.test(field));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label="Title"
          required
          maxLength={200}
          value={title}
          error={errors.title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Textarea
          size="sm"
          label="Description"
          description="Markdown"
          autosize
          minRows={2}
          maxRows={10}
          value={description}
          error={errors.description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <TagsInput size="sm" label="Tags" value={tags} error={errors.tags} onChange={setTags} />
        {parameters.length > 0 ? (
          <Text size="sm" c="dimmed">
            Parameters: {parameters.map(({ name, label }) => label || name).join(", ")}. They become its form.
          </Text>
        ) : null}
        <DialogActions refusal={elsewhere ? problem.message : undefined} busy={busy} onCancel={onClose} />
      </Stack>
    </form>
  );
}
