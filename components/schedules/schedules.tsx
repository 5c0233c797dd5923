"use client";

import { Button, Skeleton } from "@mantine/core";
import { IconCalendarTime, IconPlus } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import classes from "@/components/schedules/schedules.module.css";
import { Dialog } from "@/components/ui/dialog";
import { Refusal } from "@/components/ui/refusal";
import { ShownOnce } from "@/components/ui/shown-once";
import { useRest } from "@/components/ui/use-rest";
import type { Parameter } from "@/lib/queries/schema";
import type { TriggerView } from "@/lib/triggers/schema";

// Most pages have none, and most who open one set nothing up there.
const ScheduleItem = dynamic(() => import("@/components/schedules/schedule-item").then((one) => one.ScheduleItem), {
  ssr: false,
  loading: () => (
    <li>
      <Skeleton height={60} radius={6} />
    </li>
  ),
});
const ScheduleForm = dynamic(() => import("@/components/schedules/schedule-form").then((one) => one.ScheduleForm), {
  ssr: false,
  loading: () => <Skeleton height={420} radius={6} />,
});

/** What is scheduled. */
export interface Scheduled {
  /** Below the API: `/queries/…` or `/boards/…`. */
  path: string;
  kind: "query" | "board";
  title: string;
  parameters: Parameter[];
  /** Of a board: tiles that may have a number. */
  tiles: { id: string; title: string }[];
}

interface Props {
  of: Scheduled;
  /** The reader's zone. */
  zone: string;
  /** Whether they may set one up. */
  writes: boolean;
}

/** When something runs by itself, what came of it, and who hears of it. */
export function Schedules({ of, zone, writes }: Props) {
  const { data, problem, reload } = useRest<{ items: TriggerView[] }>(`${of.path}/triggers`);
  const [editing, setEditing] = useState<TriggerView | "new">();
  const [made, setMade] = useState<TriggerView>();
  const items = data?.items ?? [];
  // Who may set none up has nothing to see where there is none.
  if (!writes && items.length === 0) return null;
  const close = (saved?: TriggerView) => {
    setEditing(undefined);
    if (!saved) return;
    setMade(saved.webhookSecret ? saved : undefined);
    void reload();
  };
  return (
    <section className={classes.section} aria-label="Schedules">
      <div className={classes.head}>
        <h2>
          <IconCalendarTime size={16} aria-hidden /> Schedules
        </h2>
        {writes ? (
          <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setEditing("new")}>
            Add schedule
          </Button>
        ) : null}
      </div>
      <Refusal>{problem?.message}</Refusal>
      {made?.webhookSecret ? (
        <ShownOnce
          label="The webhook's secret"
          value={made.webhookSecret}
          note="Copy it now into the program that is told: x-sluice-signature is an HMAC-SHA256 by it. It is not shown again."
        />
      ) : null}
      {items.length > 0 ? (
        <ul className={classes.list} aria-label="Schedules">
          {items.map((trigger) => (
            <ScheduleItem key={trigger.id} trigger={trigger} onEdit={() => setEditing(trigger)} onChanged={reload} />
          ))}
        </ul>
      ) : data ? (
        <p style={{ margin: 0, color: "var(--mantine-color-dimmed)" }}>
          {of.kind === "board" ? "Nobody has it refreshed by itself." : "It runs only when somebody runs it."}
        </p>
      ) : null}
      <Dialog
        opened={editing !== undefined}
        onClose={() => close()}
        title={editing === "new" ? `Schedule “${of.title}”` : "Change the schedule"}
        size={560}
        centered
      >
        {editing ? (
          <ScheduleForm of={of} zone={zone} trigger={editing === "new" ? undefined : editing} onDone={close} />
        ) : null}
      </Dialog>
    </section>
  );
}
