"use client";

import { Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { previewWords } from "@/components/admin/limit-words";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import type { LimitName, LimitPreview } from "@/lib/gate/schema";

export interface GateNow {
  warehouse: string;
  slots: number;
  /** 0 is no limit. */
  perUser: number;
}

interface Props {
  now: GateNow;
  slots: string | number | undefined;
  perUser: string | number | undefined;
}

/** What slots that were just typed would have done in the last 7 days, before they are saved. */
export function GateEffect({ now, slots, perUser }: Props) {
  return (
    <div role="status">
      <Effect label="Slots" name="running" warehouse={now.warehouse} value={changed(slots, now.slots)} />
      <Effect
        label="Per person"
        name="runningPerPerson"
        warehouse={now.warehouse}
        value={changed(perUser, now.perUser)}
      />
    </div>
  );
}

/** Null where nothing would be limited anew: as it is, none, or no number yet. */
function changed(typed: string | number | undefined, now: number): number | null {
  const value = Number(typed);
  return typed === "" || !Number.isInteger(value) || value < 1 || value === now ? null : value;
}

interface Asked {
  label: string;
  name: LimitName;
  warehouse: string;
  value: number | null;
}

function Effect({ label, name, warehouse, value }: Asked) {
  const [settled] = useDebouncedValue(value, 300);
  const [shown, setShown] = useState<{ value: number; words: string }>();
  useEffect(() => {
    if (settled === null) return;
    let over = false;
    api<LimitPreview>("POST", "/limits/preview", { scope: "warehouse", id: warehouse, name, value: settled })
      .then(previewWords, (error: unknown) => asProblem(error).message)
      .then((words) => {
        if (!over) setShown({ value: settled, words });
      });
    return () => {
      over = true;
    };
  }, [settled, warehouse, name]);
  if (value === null) return null;
  return (
    <Text size="sm">
      {label}: {shown?.value === value ? shown.words : "looking at the last 7 days…"}
    </Text>
  );
}
