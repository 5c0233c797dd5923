"use client";

import { useRouter } from "next/navigation";
import { ScheduleItem } from "@/components/schedules/schedule-item";
import classes from "@/components/schedules/schedules.module.css";
import { Empty } from "@/components/ui/empty";
import type { TriggerView } from "@/lib/triggers/schema";

/** All schedules that somebody sees, each with what it runs. */
export function ScheduleList({ items }: { items: TriggerView[] }) {
  const router = useRouter();
  if (items.length === 0)
    return (
      <Empty title="Nothing is scheduled">
        Open a saved query or a board and choose “Add schedule”: it then runs by itself and can tell somebody.
      </Empty>
    );
  return (
    <ul className={classes.list} aria-label="Schedules">
      {items.map((trigger) => (
        <ScheduleItem key={trigger.id} trigger={trigger} named onChanged={async () => router.refresh()} />
      ))}
    </ul>
  );
}
