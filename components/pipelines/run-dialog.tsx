"use client";

import { Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { api } from "@/components/ui/api";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { useAction } from "@/components/ui/use-action";
import type { PipelineDocument, RunParameter } from "@/lib/pipelines/schema";
import type { StartedRun } from "@/lib/runs/schema";

interface Props {
  name: string;
  version: number;
  document: PipelineDocument;
  opened: boolean;
  onClose: () => void;
}

/** Starts the live version by hand: over which days, and with which values. */
export function RunDialog({ name, version, document, opened, onClose }: Props) {
  const router = useRouter();
  const { run, busy, problem } = useAction();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [params, setParams] = useState<Record<string, string | number | boolean>>({});
  const all = Object.entries(document.parameters ?? {});
  const errors = problem?.byField ?? {};
  const backwards = from !== "" && to !== "" && to < from;
  const start = async (event: FormEvent) => {
    event.preventDefault();
    if (backwards) return;
    await run(async () => {
      // A day is meant as a whole: until the next one begins.
      const interval = from ? { from, to: dayAfter(to || from) } : {};
      const body = { ...interval, ...(Object.keys(params).length > 0 ? { params } : {}) };
      const { id } = await api<StartedRun>("POST", `/pipelines/${encodeURIComponent(name)}/runs`, body);
      router.push(`/runs/${id}`);
    });
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={`Run version ${version}`}>
      <form onSubmit={start} noValidate>
        <Stack gap="sm">
          <Group grow align="flex-start">
            <TextInput
              type="date"
              data-autofocus
              label="First day"
              description="Without one, yesterday."
              value={from}
              error={errors.from}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            <TextInput
              type="date"
              label="Last day"
              description="That day still belongs to it."
              min={from || undefined}
              disabled={!from}
              value={to}
              error={backwards ? "Take the first day, or one after it." : errors.to}
              onChange={(event) => setTo(event.currentTarget.value)}
            />
          </Group>
          {all.map(([key, parameter]) => (
            <Parameter
              key={key}
              name={key}
              parameter={parameter}
              value={params[key]}
              error={errors[`params.${key}`] ?? errors[key]}
              onChange={(value) => {
                const { [key]: _before, ...rest } = params;
                setParams(value === undefined ? rest : { ...rest, [key]: value });
              }}
            />
          ))}
          <DialogActions
            verb="Run"
            busy={busy}
            refusal={problem && problem.fields.length === 0 ? problem.message : undefined}
            onCancel={onClose}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

interface ParameterProps {
  name: string;
  parameter: RunParameter;
  value: string | number | boolean | undefined;
  error: string | undefined;
  onChange: (value: string | number | boolean | undefined) => void;
}

const answers = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

function Parameter({ name, parameter, value, error, onChange }: ParameterProps) {
  const { type, title, default: fallback } = parameter;
  const label = title ?? name;
  const placeholder = fallback === undefined ? undefined : String(fallback);
  const required = fallback === undefined;
  if (type === "boolean")
    return (
      <Select
        {...{ label, error, required }}
        placeholder={answers.find(({ value: one }) => one === placeholder)?.label}
        clearable
        data={answers}
        value={value === undefined ? null : String(value)}
        onChange={(next) => onChange(next === null ? undefined : next === "true")}
      />
    );
  if (type === "number")
    return (
      <NumberInput
        {...{ label, error, placeholder, required }}
        value={typeof value === "number" ? value : ""}
        onChange={(next) => onChange(typeof next === "number" ? next : undefined)}
      />
    );
  return (
    <TextInput
      {...{ label, error, placeholder, required }}
      type={type === "date" ? "date" : "text"}
      description={type === "date" && placeholder ? `Without one, ${placeholder}.` : undefined}
      value={value === undefined ? "" : String(value)}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}
