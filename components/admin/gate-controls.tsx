"use client";

import { Button, Group, NumberInput, Popover, Stack, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { api } from "@/components/ui/api";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { GatePatch, LoadView } from "@/lib/gate/schema";

interface Props {
  load: LoadView;
  onChange: () => Promise<void>;
}

/** Pause with a reason, resume, and the two limits; each is felt within a second. */
export function GateControls({ load, onChange }: Props) {
  const { gate, warehouse } = load;
  const { run, busy, problem } = useAction();
  const set = (patch: GatePatch) =>
    run(async () => {
      await api("PUT", `/warehouses/${warehouse.id}/gate`, patch);
      await onChange();
      return true;
    });
  const refusal = <Refusal>{problem?.message}</Refusal>;
  return (
    <Group gap="xs">
      {gate.paused ? (
        <>
          {refusal}
          <Button loading={busy} onClick={() => set({ paused: false })}>
            Resume
          </Button>
        </>
      ) : (
        <Pause busy={busy} refusal={refusal} onPause={(reason) => set({ paused: true, reason: reason || null })} />
      )}
      <Limits gate={gate} busy={busy} refusal={refusal} onSave={set} />
    </Group>
  );
}

interface PauseProps {
  busy: boolean;
  refusal: ReactNode;
  onPause: (reason: string) => Promise<unknown>;
}

function Pause({ busy, refusal, onPause }: PauseProps) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={300} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="default" onClick={() => setOpen(!open)}>
          Pause
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={async (event) => {
            event.preventDefault();
            if (await onPause(reason.trim())) setOpen(false);
          }}
        >
          <Stack gap="sm">
            <TextInput
              label="Reason"
              description="Everyone who waits reads this. What runs goes on; nothing new starts."
              placeholder="Loading March again until 10:00"
              maxLength={500}
              data-autofocus
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            {refusal}
            <Button type="submit" loading={busy}>
              Pause
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

interface LimitsProps {
  gate: LoadView["gate"];
  busy: boolean;
  refusal: ReactNode;
  onSave: (patch: GatePatch) => Promise<unknown>;
}

function Limits({ gate, busy, refusal, onSave }: LimitsProps) {
  const [open, setOpen] = useState(false);
  const [slots, setSlots] = useState(gate.slots);
  const [perUser, setPerUser] = useState(gate.perUser);
  const toggle = () => {
    setSlots(gate.slots);
    setPerUser(gate.perUser);
    setOpen(!open);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={300} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="default" onClick={toggle}>
          Limits
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={async (event) => {
            event.preventDefault();
            if (await onSave({ slots, perUser })) setOpen(false);
          }}
        >
          <Stack gap="sm">
            <NumberInput
              label="Slots"
              description="How much may run at once. Fewer than now: what runs ends first."
              min={1}
              max={1000}
              allowDecimal={false}
              value={slots}
              onChange={(value) => setSlots(Number(value) || 1)}
            />
            <NumberInput
              label="Per person"
              description="0 sets no limit."
              min={0}
              max={1000}
              allowDecimal={false}
              value={perUser}
              onChange={(value) => setPerUser(Number(value) || 0)}
            />
            {refusal}
            <Button type="submit" loading={busy}>
              Save limits
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
