"use client";

import { Button, Group, Popover, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type FormEventHandler, type ReactNode, useState } from "react";
import { GateLimits } from "@/components/admin/gate-dialogs";
import { numberOf } from "@/components/admin/number-of";
import { useFieldErrors } from "@/components/admin/use-field-errors";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { LoadView } from "@/lib/gate/schema";

interface Props {
  load: LoadView;
  onChange: () => Promise<void>;
}

/** Pause with a reason, resume, and the gate's own limits; each is felt within a second. */
export function GateControls({ load: { gate, warehouse }, onChange }: Props) {
  const set = async (patch: Record<string, unknown>) => {
    await api("PUT", `/warehouses/${warehouse.id}/gate`, patch);
    await onChange();
  };
  return (
    <Group gap="xs">
      <Pause paused={gate.paused} onSet={set} />
      <Limits gate={gate} warehouse={warehouse.id} onSet={set} />
    </Group>
  );
}

type OnSet = (patch: Record<string, unknown>) => Promise<void>;

/** One button for both ways, so that the focus stays on it. */
function Pause({ paused, onSet }: { paused: boolean; onSet: OnSet }) {
  const [open, setOpen] = useState(false);
  const { run, busy, problem } = useAction();
  const form = useForm({ initialValues: { reason: "" } });
  useFieldErrors(form, problem);
  const refusal = <Refusal>{problem && !problem.byField.reason ? problem.message : undefined}</Refusal>;
  const pause = form.onSubmit(({ reason }) =>
    run(async () => {
      await onSet({ paused: true, reason: reason.trim() || null });
      setOpen(false);
    }),
  );
  return (
    <>
      {paused ? refusal : null}
      <Asked
        open={open && !paused}
        onOpen={setOpen}
        onSubmit={pause}
        button={
          <BusyButton
            variant={paused ? "filled" : "default"}
            loading={busy && !open}
            onClick={() => (paused ? run(() => onSet({ paused: false })) : setOpen(!open))}
          >
            {paused ? "Resume" : "Pause"}
          </BusyButton>
        }
      >
        <TextInput
          label="Reason"
          description="Everyone who waits reads this. What runs goes on; nothing new starts."
          placeholder="Loading March again until 10:00"
          maxLength={500}
          data-autofocus
          {...form.getInputProps("reason")}
        />
        {refusal}
        <BusyButton type="submit" loading={busy}>
          Pause
        </BusyButton>
      </Asked>
    </>
  );
}

function Limits({ gate, warehouse, onSet }: { gate: LoadView["gate"]; warehouse: string; onSet: OnSet }) {
  const [open, setOpen] = useState(false);
  const { run, busy, problem, clear } = useAction();
  const { slots, perUser } = gate;
  const values = { slots, perUser, unwatchedMinutes: gate.unwatchedMinutes ?? "" };
  const form = useForm<Record<keyof typeof values, number | string>>({ initialValues: values });
  useFieldErrors(form, problem);
  const toggle = () => {
    form.setValues(values);
    form.clearErrors();
    clear();
    setOpen(!open);
  };
  const save = form.onSubmit((asked) =>
    run(async () => {
      await onSet(Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, numberOf(value)])));
      setOpen(false);
    }),
  );
  return (
    <Asked
      open={open}
      onOpen={setOpen}
      onSubmit={save}
      button={
        <Button variant="default" onClick={toggle}>
          Limits
        </Button>
      }
    >
      <GateLimits
        focused
        now={{ warehouse, slots, perUser, unwatchedMinutes: gate.unwatchedMinutes }}
        slots={form.getInputProps("slots")}
        perUser={form.getInputProps("perUser")}
        unwatchedMinutes={form.getInputProps("unwatchedMinutes")}
      />
      <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
      <BusyButton type="submit" loading={busy}>
        Save limits
      </BusyButton>
    </Asked>
  );
}

interface AskedProps {
  open: boolean;
  onOpen: (open: boolean) => void;
  onSubmit: FormEventHandler<HTMLFormElement>;
  button: ReactNode;
  children: ReactNode;
}

/** A small form under its button. */
function Asked({ open, onOpen, onSubmit, button, children }: AskedProps) {
  return (
    <Popover opened={open} onChange={onOpen} position="bottom-end" width={300} trapFocus returnFocus shadow="md">
      <Popover.Target>{button}</Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={onSubmit} noValidate>
          <Stack gap="sm">{children}</Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
