"use client";

import { Anchor, Button, Checkbox, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconTablePlus } from "@tabler/icons-react";
import Link from "next/link";
import { type FormEvent, useEffect, useState } from "react";
import { hasRows } from "@/components/executions/use-execution";
import { isOver } from "@/components/runs/run-words";
import { tablePath } from "@/components/tables/table-path";
import { api } from "@/components/ui/api";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { StateBadge } from "@/components/ui/state";
import { useAction } from "@/components/ui/use-action";
import { useRest } from "@/components/ui/use-rest";
import type { ExecutionView } from "@/lib/executions/schema";
import type { RunView, SavedTable, ScratchView, StartedSave } from "@/lib/runs/schema";
import { resultsWarehouse } from "@/lib/tables/schema";

export const maySaveAsTable = (view: ExecutionView): boolean =>
  view.state === "succeeded" && hasRows(view) && view.warehouse.name !== resultsWarehouse;

/** The button beside an answer. */
export function SaveAsTable({ view }: { view: ExecutionView }) {
  const [open, setOpen] = useState(false);
  if (!maySaveAsTable(view)) return null;
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconTablePlus size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        Save as table
      </Button>
      <SaveTableDialog view={view} opened={open} onClose={() => setOpen(false)} />
    </>
  );
}

interface DialogProps {
  view: ExecutionView;
  opened: boolean;
  onClose: () => void;
}

/** Keeps the rows as a table of the warehouse, in the team's scratch schema. */
export function SaveTableDialog({ view, opened, onClose }: DialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Save as table" centered>
      {opened ? <SaveTable view={view} onClose={onClose} /> : null}
    </Dialog>
  );
}

/** Another opening begins anew; what was begun before goes on without it. */
function SaveTable({ view, onClose }: Omit<DialogProps, "opened">) {
  const [saving, setSaving] = useState<{ id: string; saves: SavedTable }>();
  if (saving) return <Saving {...saving} onClose={onClose} />;
  return <Places view={view} onStarted={setSaving} onClose={onClose} />;
}

interface FormProps {
  view: ExecutionView;
  onStarted: (started: StartedSave) => void;
  onClose: () => void;
}

function Places(props: FormProps) {
  const { data, problem } = useRest<ScratchView>("/scratch");
  if (problem) return <ProblemAlert title="It cannot be saved now">{problem.message}</ProblemAlert>;
  if (!data) return <Text c="dimmed">Looking where your teams save tables</Text>;
  if (data.items.length > 0) return <SaveForm {...props} places={data.items} />;
  return (
    <Stack gap="sm">
      <Text>
        Tables are saved in a schema that belongs to a team, in PostgreSQL or a lake, and none of yours has one yet. Ask{" "}
        {data.ask}: it is chosen on the warehouse’s page, under “Where teams write”.
      </Text>
      <Button variant="default" onClick={props.onClose} style={{ alignSelf: "flex-end" }}>
        Close
      </Button>
    </Stack>
  );
}

type Place = ScratchView["items"][number];
const keyOf = ({ team, warehouse }: Place) => `${team.id} ${warehouse.id}`;

function SaveForm({ view, places, onStarted, onClose }: FormProps & { places: Place[] }) {
  const [first] = [...places.filter(({ warehouse }) => warehouse.id === view.warehouse.id), ...places];
  const [key, setKey] = useState(first ? keyOf(first) : null);
  const [table, setTable] = useState("");
  const [replace, setReplace] = useState(false);
  const { run, busy, problem, clear } = useAction();
  const place = places.find((one) => keyOf(one) === key) ?? first;
  const taken = problem?.details.taken === true;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const body = { table, team: place?.team.id, warehouse: place?.warehouse.id, replace };
      onStarted(await api<StartedSave>("POST", `/executions/${view.id}/table`, body));
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label="Name"
          leftSection={<Text size="sm" c="dimmed">{`${place?.schema}.`}</Text>}
          leftSectionWidth={`calc(${(place?.schema.length ?? 0) + 1}ch + 18px)`}
          maxLength={63}
          value={table}
          error={taken && replace ? undefined : problem?.byField.table}
          onChange={(event) => {
            setTable(event.currentTarget.value);
            setReplace(false);
            clear();
          }}
        />
        {taken || replace ? (
          <Checkbox
            color="red"
            styles={{ body: { minWidth: 0 }, labelWrapper: { minWidth: 0, overflowWrap: "anywhere" } }}
            label={`Replace ${place?.schema}.${table}: its rows are gone then`}
            checked={replace}
            onChange={(event) => setReplace(event.currentTarget.checked)}
          />
        ) : null}
        <Select
          label="Where"
          allowDeselect={false}
          data={places.map((one) => ({
            value: keyOf(one),
            label: `${one.warehouse.name}, ${one.schema} (${one.team.name})`,
          }))}
          value={key}
          error={problem?.byField.warehouse ?? problem?.byField.team}
          onChange={(next) => {
            setKey(next);
            setReplace(false);
            clear();
          }}
        />
        <Text size="xs" c="dimmed">
          The SQL runs once more, as you, with these values and without a row limit: the table holds what it answers
          then. The members of {place?.team.name} can query it.
        </Text>
        <DialogActions
          verb={replace ? "Replace" : "Save"}
          {...(replace && { color: "red" as const })}
          refusal={problem && problem.fields.length === 0 ? problem.message : undefined}
          busy={busy}
          onCancel={onClose}
        />
      </Stack>
    </form>
  );
}

const lookAgainMs = 1_000;

/** What one wants next has the focus as soon as it is there. */
const focusOn = (node: HTMLElement | null) => node?.focus();

/** How it goes; it goes on without the window. */
function Saving({ id, saves, onClose }: { id: string; saves: SavedTable; onClose: () => void }) {
  const { schema, table, warehouse } = saves;
  const [ended, setEnded] = useState(false);
  const { data: run, problem } = useRest<RunView>(`/runs/${id}`, ended ? undefined : lookAgainMs);
  const over = run !== undefined && isOver(run.state);
  const done = run?.state === "succeeded";
  useEffect(() => setEnded(over), [over]);
  // So that it is among the tables when somebody looks there.
  useEffect(() => {
    if (done) void api("GET", `/warehouses/${warehouse.id}/tables?refresh=1`).catch(() => undefined);
  }, [done, warehouse.id]);
  const last = run?.stages.at(-1);
  const rows = last?.attempts.at(-1)?.rows;
  const failed = run?.stages.find(({ error }) => error)?.error;
  return (
    <Stack gap="sm" role="status">
      <div>
        <StateBadge state={run?.state ?? "queued"} />
      </div>
      <Text style={{ overflowWrap: "anywhere" }}>
        {done ? "Saved as" : over ? "Not saved as" : "Saving as"}{" "}
        <strong>
          {schema}.{table}
        </strong>{" "}
        in {warehouse.name}
        {done && typeof rows === "number" ? `: ${rows.toLocaleString("en")} rows` : ""}
      </Text>
      {over || !run ? null : (
        <Text size="sm" c="dimmed">
          {last?.attempts.at(-1)?.waitingFor ?? "It goes on when this window is closed."}
        </Text>
      )}
      {problem ? <Text size="sm">{problem.message}</Text> : null}
      {over && !done ? (
        <ProblemAlert title={failed?.message ?? run?.error ?? "It was cancelled."}>{failed?.hint}</ProblemAlert>
      ) : null}
      <div style={{ display: "flex", gap: 8, alignItems: "center", flexWrap: "wrap", justifyContent: "flex-end" }}>
        <Anchor component={Link} href={`/runs/${id}`} size="sm" mr="auto">
          Its run and log
        </Anchor>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        {done ? (
          <Button component={Link} href={tablePath(warehouse.name, schema, table)} ref={focusOn}>
            Open the table
          </Button>
        ) : null}
      </div>
    </Stack>
  );
}
