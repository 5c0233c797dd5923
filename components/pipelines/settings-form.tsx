"use client";

import { ActionIcon, Button, Select, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { Mapping } from "@/components/forms/widgets/mapping";
import type { DraftDocument } from "@/components/pipelines/draft-document";
import { NotifyFields } from "@/components/pipelines/notify-fields";
import classes from "@/components/pipelines/pipelines.module.css";
import { saidAt } from "@/components/pipelines/use-lint";
import { portName } from "@/lib/operators/schema";
import type { Change } from "@/lib/pipelines/rewrite";
import type { Problem } from "@/lib/pipelines/schema";

interface Props {
  draft: DraftDocument;
  /** Teams that may own it. */
  teams: string[];
  /** One that is not published yet may still be called otherwise. */
  named: boolean;
  problems: Problem[];
  readOnly: boolean;
  edit: (changes: Change[]) => void;
}

const kinds = [
  { value: "text", label: "Text" },
  { value: "number", label: "Number" },
  { value: "date", label: "Day" },
  { value: "boolean", label: "Yes or no" },
];

/** The pipeline itself: what it is called, whose it is, what a run is asked for. */
export function SettingsForm({ draft, teams, named, problems, readOnly, edit }: Props) {
  const set = (...path: string[]) => {
    return (value: unknown) => edit([{ path, value }]);
  };
  return (
    <section className={classes.stage} aria-label="Pipeline">
      <h2>Pipeline</h2>
      <div className={classes.fields} style={{ marginTop: 0 }}>
        <TextInput
          label="Title"
          placeholder="Daily active learners"
          readOnly={readOnly}
          value={draft.title}
          error={saidAt(problems, "/title")}
          onChange={(event) => {
            const title = event.currentTarget.value;
            const follows = !named && (draft.name === "" || draft.name === nameOf(draft.title));
            edit([
              { path: ["title"], value: title || undefined },
              ...(follows ? [{ path: ["name"], value: nameOf(title) }] : []),
            ]);
          }}
        />
        <TextInput
          label="Name"
          description={
            named ? "Other pipelines and programs know it by this name." : "In its address and in YAML; it stays."
          }
          withAsterisk
          readOnly={readOnly || named}
          value={draft.name}
          // A page that nobody has written on yet tells nobody off.
          error={draft.name || draft.title || draft.stages.length > 0 ? saidAt(problems, "/name") : undefined}
          onChange={(event) => edit([{ path: ["name"], value: event.currentTarget.value }])}
        />
        <Select
          label="Owner"
          description="The team whose members may change it."
          placeholder={named ? "Whoever owns it now" : teams.length === 1 ? teams[0] : "Only you"}
          data={[...new Set([...teams, ...(draft.owner ? [draft.owner] : [])])]}
          value={draft.owner || null}
          clearable={!readOnly}
          readOnly={readOnly}
          error={saidAt(problems, "/owner")}
          onChange={(next) => set("owner")(next ?? undefined)}
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          readOnly={readOnly}
          value={draft.description}
          error={saidAt(problems, "/description")}
          onChange={(event) => set("description")(event.currentTarget.value || undefined)}
        />
      </div>
      <Parameters {...{ draft, problems, readOnly, edit }} />
      <NotifyFields {...{ draft, problems, readOnly, edit }} />
      <details className={classes.part} open={Object.keys(draft.env).length > 0 || undefined}>
        <summary>Values that stages share</summary>
        <Mapping
          id="env"
          name="env"
          place={["env"]}
          label="Shared values"
          required={false}
          field={{ type: "object", description: "Stages read them as {{ env.NAME }}." }}
          value={draft.env}
          error={saidAt(problems, "/env")}
          context={{ operator: null, values: {}, warnings: {}, readOnly }}
          onChange={set("env")}
        />
      </details>
    </section>
  );
}

/** What somebody who starts a run by hand is asked. */
function Parameters({ draft, problems, readOnly, edit }: Omit<Props, "teams" | "named">) {
  const [name, setName] = useState("");
  const all = Object.entries(draft.parameters);
  const set = (...path: string[]) => {
    return (value: unknown) => edit([{ path: ["parameters", ...path], value }]);
  };
  const taken = Object.hasOwn(draft.parameters, name);
  const wrong =
    name === "" ? null : taken ? "There is one already." : portName.safeParse(name).error?.issues[0]?.message;
  return (
    <details className={classes.part} open={all.length > 0 || undefined}>
      <summary>What a run is asked for</summary>
      <div className={classes.fields}>
        {all.map(([key, one]) => (
          <div key={key} className={classes.parameter}>
            <TextInput
              label={key}
              aria-label={`Title of ${key}`}
              placeholder="Title"
              readOnly={readOnly}
              value={one.title}
              onChange={(event) => set(key, "title")(event.currentTarget.value || undefined)}
            />
            <Select
              aria-label={`Kind of ${key}`}
              data={kinds}
              value={one.type}
              allowDeselect={false}
              readOnly={readOnly}
              onChange={(next) => set(key, "type")(next ?? "text")}
            />
            <TextInput
              aria-label={`Value of ${key} where nobody gives one`}
              placeholder="Where nobody says"
              readOnly={readOnly}
              value={one.default === undefined ? "" : String(one.default)}
              error={saidAt(problems, `/parameters/${key}/default`)}
              onChange={(event) => set(key, "default")(typed(one.type, event.currentTarget.value))}
            />
            {readOnly ? null : (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove ${key}`}
                onClick={() => set(key)(undefined)}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </div>
        ))}
        {readOnly ? null : (
          <form
            className={classes.output}
            onSubmit={(event) => {
              event.preventDefault();
              if (!name || wrong) return;
              set(name)({ type: "text" });
              setName("");
            }}
          >
            <TextInput
              label="Another one, by name"
              description="Stages read it as {{ params.name }}."
              value={name}
              error={wrong}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" leftSection={<IconPlus size={14} aria-hidden />}>
              Add
            </Button>
          </form>
        )}
      </div>
    </details>
  );
}

/** `Daily active learners` as `daily_active_learners`. */
export function nameOf(title: string): string {
  return title
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replace(/^[0-9_]+/, "")
    .replace(/_+$/, "")
    .slice(0, 63);
}

/** What was typed as the kind of value that it should be; left as it is where it is none, and the linter says so. */
function typed(type: string, text: string): string | number | boolean | undefined {
  if (text === "") return undefined;
  if (type === "number" && Number.isFinite(Number(text)) && !/[.e]$/i.test(text)) return Number(text);
  if (type === "boolean" && /^(true|false|yes|no)$/i.test(text)) return /^(true|yes)$/i.test(text);
  return text;
}
