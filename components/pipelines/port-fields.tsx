"use client";

import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { DraftStage } from "@/components/pipelines/draft-document";
import classes from "@/components/pipelines/pipelines.module.css";
import { mostOffered } from "@/components/pipelines/stage-finder";
import { saidAt } from "@/components/pipelines/use-lint";
import { type Manifest, portName, portsOf, tableFormats } from "@/lib/operators/schema";
import type { Change } from "@/lib/pipelines/rewrite";
import type { Problem } from "@/lib/pipelines/schema";

interface Props {
  stage: DraftStage;
  manifest: Manifest;
  /** What other stages offer: `extract.rows`. */
  offered: { value: string; label: string }[];
  problems: Problem[];
  readOnly: boolean;
  edit: (changes: Change[]) => void;
}

const formats = tableFormats.map((value) => ({ value, label: value }));

/** What a stage reads: each input is an arrow of the graph. */
export function InputFields({ stage, manifest, offered, problems, readOnly, edit }: Props) {
  const { named, further } = portsOf(manifest.inputs);
  const own = Object.keys(stage.inputs).filter((name) => !Object.hasOwn(named, name));
  const path = (name: string) => ["stages", stage.at, "inputs", name];
  const choose = (name: string, from: string | null) => {
    const { format } = stage.inputs[name] ?? {};
    const value = from === null ? undefined : format ? { from, format } : from;
    edit([{ path: path(name), value }]);
  };
  const field = (name: string, label: string, description?: string, required?: boolean) => {
    const { from, format } = stage.inputs[name] ?? {};
    const known = !from || offered.some(({ value }) => value === from);
    return (
      <div key={name} className={classes.port}>
        <Select
          label={label}
          description={description}
          withAsterisk={required}
          placeholder={offered.length === 0 ? "No other stage has rows yet" : "Choose what it reads"}
          searchable
          limit={mostOffered}
          data={known ? offered : [...offered, { value: from, label: from }]}
          value={from ?? null}
          clearable={!readOnly}
          readOnly={readOnly}
          error={saidAt(problems, `/stages/${stage.at}/inputs/${name}`)}
          onChange={(next) => choose(name, next)}
        />
        {format ? <span className={classes.summary}>as {format}</span> : null}
      </div>
    );
  };
  if (Object.keys(named).length === 0 && !further) return null;
  return (
    <div className={classes.part}>
      <h3>What it reads</h3>
      {Object.entries(named).map(([name, port]) => field(name, port.title, port.description, port.required))}
      {own.map((name) => field(name, name))}
      {further && !readOnly ? (
        <AddName
          label="Another input"
          taken={Object.keys(stage.inputs)}
          onAdd={(name) => edit([{ path: path(name), value: offered[0]?.value ?? "" }])}
        />
      ) : null}
    </div>
  );
}

/** What a stage hands on, by names that others read. */
export function OutputFields({ stage, manifest, problems, readOnly, edit }: Omit<Props, "offered">) {
  const { named, further } = portsOf(manifest.outputs);
  if (Object.keys(named).length === 0 && !further) return null;
  const names = [...new Set([...Object.keys(named), ...Object.keys(stage.outputs)])];
  const path = (name: string) => ["stages", stage.at, "outputs", name];
  return (
    <div className={classes.part}>
      <h3>What it hands on</h3>
      {names.map((name) => (
        <div key={name} className={classes.output}>
          <Select
            label={named[name]?.title ?? name}
            description={named[name]?.description}
            data={formats}
            value={stage.outputs[name] ?? null}
            placeholder="Not handed on"
            clearable={!readOnly}
            readOnly={readOnly}
            error={saidAt(problems, `/stages/${stage.at}/outputs/${name}`)}
            onChange={(next) => edit([{ path: path(name), value: next ?? undefined }])}
          />
          {!named[name] && !readOnly ? (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove the output ${name}`}
              onClick={() => edit([{ path: path(name), value: undefined }])}
            >
              <IconX size={16} />
            </ActionIcon>
          ) : null}
        </div>
      ))}
      {further && !readOnly ? (
        <AddName
          label="Another output"
          taken={names}
          onAdd={(name) => edit([{ path: path(name), value: further.format ?? "parquet" }])}
        />
      ) : null}
    </div>
  );
}

function AddName({ label, taken, onAdd }: { label: string; taken: string[]; onAdd: (name: string) => void }) {
  const [name, setName] = useState<string | null>(null);
  if (name === null)
    return (
      <Button variant="subtle" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setName("")}>
        {label}
      </Button>
    );
  const wrong = taken.includes(name) ? "There is one already." : portName.safeParse(name).error?.issues[0]?.message;
  const add = () => {
    if (wrong) return;
    onAdd(name);
    setName(null);
  };
  return (
    <form
      className={classes.output}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <TextInput
        label={`Name of the ${label.split(" ").at(-1)}`}
        data-autofocus
        value={name}
        error={name === "" ? null : wrong}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={Boolean(wrong)}>
        Add
      </Button>
    </form>
  );
}
