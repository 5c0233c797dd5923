"use client";

import { useRouter } from "next/navigation";
import { ScheduleItem } from "@/components/schedules/schedule-item";
import classes from "@/components/schedules/schedules.module.css";
import { Refusal } from "@/components/ui/refusal";
import { useRest } from "@/components/ui/use-rest";
import type { TriggerView } from "@/lib/triggers/schema";

/** When the live version runs by itself, whether somebody paused it, and what became of each of its times. */
export function OwnSchedules({ name }: { name: string }) {
  const router = useRouter();
  const { data, problem, reload } = useRest<{ items: TriggerView[] }>(`/pipelines/${name}/triggers`);
  if (problem) return <Refusal>{problem.message}</Refusal>;
  if (!data || data.items.length === 0) return null;
  return (
    <ul className={classes.list} aria-label="Schedules">
      {data.items.map((trigger) => (
        <ScheduleItem
          key={trigger.id}
          trigger={trigger}
          onChanged={async () => {
            await reload();
            // The head says when it runs next.
            router.refresh();
          }}
        />
      ))}
    </ul>
  );
}
