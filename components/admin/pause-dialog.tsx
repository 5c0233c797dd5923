"use client";

import { Checkbox, MultiSelect, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { FoundPeople } from "@/components/admin/found-people";
import { api } from "@/components/ui/api";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { useAction } from "@/components/ui/use-action";
import { useRest } from "@/components/ui/use-rest";
import { lanes, type PauseKind } from "@/lib/gate/schema";

/** What is about to be paused; targets that are known need not be chosen. */
export interface PauseAsked {
  title: string;
  of: PauseKind;
  targets?: { id: string; name: string }[];
  drain?: boolean;
  /** Minutes after which it ends by itself; null: when somebody ends it. */
  minutes: number | null;
  tell?: boolean;
}

const ends = [
  { value: "", label: "when somebody ends it" },
  { value: "15", label: "in 15 minutes" },
  { value: "30", label: "in 30 minutes" },
  { value: "60", label: "in 1 hour" },
  { value: "240", label: "in 4 hours" },
  { value: "1440", label: "in 24 hours" },
];

interface Props {
  asked: PauseAsked;
  /** Null: every warehouse. */
  warehouse: { id: string; name: string } | null;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function PauseDialog({ asked, warehouse, onClose, onDone }: Props) {
  const { run, busy, problem } = useAction();
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState(asked.minutes === null ? "" : String(asked.minutes));
  const [tell, setTell] = useState(asked.tell ?? true);
  const [targets, setTargets] = useState((asked.targets ?? []).map(({ id }) => id));
  const pause = () =>
    run(async () => {
      await api("POST", "/pauses", {
        ...(warehouse ? { warehouse: warehouse.id } : {}),
        of: asked.of,
        ...(asked.of === "everything" ? {} : { targets }),
        ...(reason.trim() ? { reason: reason.trim() } : {}),
        ...(minutes ? { until: new Date(Date.now() + Number(minutes) * 60_000).toISOString() } : {}),
        drain: asked.drain ?? false,
        tell,
      });
      await onDone();
      onClose();
    });
  return (
    <Dialog opened onClose={onClose} title={`${asked.title}: ${warehouse?.name ?? "all warehouses"}`} centered>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void pause();
        }}
      >
        <Stack gap="sm">
          {asked.of === "everything" ? null : asked.targets ? (
            <div>{heldWords(asked.of, asked.targets)}</div>
          ) : (
            <Targets of={asked.of} value={targets} onChange={setTargets} />
          )}
          <TextInput
            label="Reason"
            description="Everyone who waits reads this. What runs goes on; nothing new starts."
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus={asked.of === "everything" || asked.targets ? true : undefined}
          />
          <NativeSelect
            label="Ends"
            data={ends}
            value={minutes}
            onChange={(event) => setMinutes(event.currentTarget.value)}
          />
          <Checkbox
            label="Tell the people concerned in their inbox"
            checked={tell}
            onChange={(event) => setTell(event.currentTarget.checked)}
          />
          <DialogActions refusal={problem?.message} busy={busy} onCancel={onClose} verb={asked.title} />
        </Stack>
      </form>
    </Dialog>
  );
}

/** “Holds the lanes scheduled and backfill.” */
function heldWords(of: PauseKind, targets: { name: string }[]): string {
  const names = new Intl.ListFormat("en").format(targets.map(({ name }) => name));
  return `Holds the ${of}${targets.length > 1 ? "s" : ""} ${names}.`;
}

interface TargetsProps {
  of: PauseKind;
  value: string[];
  onChange: (ids: string[]) => void;
}

function Targets({ of, ...field }: TargetsProps) {
  if (of === "lane") return <MultiSelect label="Lanes" data={[...lanes]} data-autofocus {...field} />;
  return of === "team" ? <Teams {...field} /> : <FoundPeople {...field} />;
}

function Teams(field: Omit<TargetsProps, "of">) {
  const { data } = useRest<{ items: { id: string; name: string }[] }>("/teams");
  const options = (data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return <MultiSelect label="Teams" data={options} searchable data-autofocus {...field} />;
}
