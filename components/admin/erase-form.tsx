"use client";

import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { previewLines } from "@/components/admin/erase-words";
import { FoundPerson } from "@/components/admin/found-people";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { count } from "@/components/ui/count";
import { Refusal } from "@/components/ui/refusal";
import { size } from "@/components/ui/size";
import { useAction } from "@/components/ui/use-action";
import type { ErasureOf, ErasurePreview } from "@/lib/erasures/schema";

interface Named {
  id: string;
  name: string;
}
interface Props {
  warehouses: Named[];
}

/** Erases stored rows. Nothing is erased before it was shown how much, of whom, how old; and its number typed. */
export function EraseForm({ warehouses }: Props) {
  const [by, setBy] = useState("table");
  const [warehouse, setWarehouse] = useState<string | null>(null);
  const [table, setTable] = useState("");
  const [person, setPerson] = useState<string | null>(null);
  const [shown, setShown] = useState<{ key: string; preview: ErasurePreview }>();
  const { run, busy, problem, clear } = useAction();
  const asked: ErasureOf =
    by === "table"
      ? { ...(warehouse ? { warehouse } : {}), table: table.trim() }
      : { ...(warehouse ? { warehouse } : {}), ...(person ? { person } : {}) };
  const key = JSON.stringify(asked);
  const preview = shown?.key === key ? shown.preview : undefined;
  const field = (name: string) => problem?.fields.find((one) => one.field === name)?.message;
  const look = () =>
    run(async () => setShown({ key, preview: await api<ErasurePreview>("POST", "/erasures/preview", asked) }));
  return (
    <Stack gap="sm" maw={520} mb="xl">
      <form
        noValidate
        aria-label="What to erase"
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <Stack gap="sm">
          <SegmentedControl
            aria-label="Erase by"
            data={[
              { value: "table", label: "By table" },
              { value: "person", label: "By person" },
            ]}
            value={by}
            onChange={(value) => {
              setBy(value);
              clear();
            }}
          />
          <Select
            label="Warehouse"
            placeholder={by === "person" ? "All" : undefined}
            clearable={by === "person"}
            data={warehouses.map(({ id, name }) => ({ value: id, label: name }))}
            value={warehouse}
            onChange={setWarehouse}
            error={field("warehouse")}
            searchable
          />
          {by === "table" ? (
            <TextInput
              label="Table"
              description="With its schema. What read it through a view names the view: erase that too."
              placeholder="public.learners"
              value={table}
              onChange={(event) => setTable(event.currentTarget.value)}
              error={field("table")}
            />
          ) : (
            <FoundPerson value={person} onChange={setPerson} error={field("person")} />
          )}
          <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
          <Group>
            <BusyButton
              type="submit"
              variant={preview ? "default" : "filled"}
              loading={busy}
              disabled={by === "table" ? !warehouse || !table.trim() : !person}
            >
              Show what would go
            </BusyButton>
          </Group>
        </Stack>
      </form>
      <div role="status">{preview ? <Shown preview={preview} /> : null}</div>
      {preview && preview.results > 0 ? (
        <Sure key={preview.upTo} asked={asked} preview={preview} onDone={() => setShown(undefined)} />
      ) : null}
    </Stack>
  );
}

function Shown({ preview }: { preview: ErasurePreview }) {
  if (preview.results === 0)
    return (
      <Text>
        Nothing: there are no stored {preview.about}.
        {preview.unfinished > 0 ? ` ${count(preview.unfinished, "statement")} of them still run or wait.` : ""}
      </Text>
    );
  return (
    <>
      <Text fw={500} style={{ overflowWrap: "anywhere" }}>
        {count(preview.results, "result")}, {size(preview.bytes)}: {preview.about}
      </Text>
      <ul style={{ margin: "4px 0 0", paddingLeft: 20 }}>
        {previewLines(preview).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}

interface SureProps {
  asked: ErasureOf;
  preview: ErasurePreview;
  onDone: () => void;
}

function Sure({ asked, preview, onDone }: SureProps) {
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const { run, busy, problem } = useAction();
  const { results, upTo } = preview;
  const erase = () =>
    run(async () => {
      await api("POST", "/erasures", { ...asked, reason, upTo, results });
      onDone();
    });
  return (
    <form
      noValidate
      aria-label="Erase"
      onSubmit={(event) => {
        event.preventDefault();
        void erase();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Reason"
          description="Kept with the record that admins see."
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <TextInput
          label={`This cannot be undone. Type ${results} to go on.`}
          inputMode="numeric"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Text c="dimmed" size="sm">
          SQL, parameters, times and counts stay on each page. What was downloaded, mailed or put into a backup is not
          reached from here.
        </Text>
        <Refusal>{problem?.message}</Refusal>
        <Group gap="xs">
          <BusyButton
            type="submit"
            color="red"
            loading={busy}
            disabled={!reason.trim() || typed.replace(/[\s,]/g, "") !== String(results)}
          >
            Erase {count(results, "result")}, {size(preview.bytes)}
          </BusyButton>
          <Button variant="default" onClick={onDone}>
            Leave them
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
