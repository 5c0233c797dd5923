"use client";

import { Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { previewWords } from "@/components/admin/limit-words";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import type { LimitName, LimitPreview, LimitScope } from "@/lib/gate/schema";

type Typed = string | number | undefined;

export interface GateNow {
  warehouse: string;
  slots: number;
  /** 0 is no limit. */
  perUser: number;
  /** Null is never. */
  unwatchedMinutes: number | null;
  statementTimeout?: number;
}

interface Props {
  now: GateNow;
  slots: Typed;
  perUser: Typed;
  unwatchedMinutes: Typed;
  /** Where it is asked for. */
  statementTimeout?: Typed;
}

/** What settings that were just typed would have done in the last 7 days, before they are saved. */
export function GateEffect({ now, slots, perUser, unwatchedMinutes, statementTimeout }: Props) {
  const of = { scope: "warehouse", id: now.warehouse } as const;
  const seconds = now.statementTimeout === undefined ? null : changed(statementTimeout, now.statementTimeout);
  return (
    <div role="status">
      <LimitEffect label="Slots" name="running" {...of} value={changed(slots, now.slots)} />
      <LimitEffect label="Per person" name="runningPerPerson" {...of} value={changed(perUser, now.perUser)} />
      <LimitEffect label="Longest run" name="seconds" {...of} value={seconds} />
      <Unwatched now={now.unwatchedMinutes} typed={unwatchedMinutes} />
    </div>
  );
}

/** Who looked at what is not kept, so nothing is counted: it is said what happens. */
function Unwatched({ now, typed }: { now: number | null; typed: Typed }) {
  const value = typed === "" ? null : Number(typed);
  if (value === now || (value !== null && (!Number.isInteger(value) || value < 1))) return null;
  const time = value === 1 ? "a minute" : `${value} minutes`;
  return (
    <Text size="sm">
      End unwatched work:{" "}
      {value === null
        ? "no query is ended any more because nobody looks at it."
        : `from now on a query that was asked on a page is ended, waiting or running, once nobody has had it open for ${time}; its page then says so. What programs and pipelines ask for goes on.`}
    </Text>
  );
}

/** Null where nothing would be limited anew: as it is, none, or no number yet. */
export function changed(typed: Typed, now: number | null): number | null {
  const value = Number(typed);
  return typed === undefined || typed === "" || !Number.isInteger(value) || value < 1 || value === now ? null : value;
}

interface Asked {
  label: string;
  name: LimitName;
  scope: LimitScope;
  id: string;
  value: number | null;
}

/** What a limit of this number would have done. Admins alone may ask. */
export function LimitEffect({ label, name, scope, id, value }: Asked) {
  const [settled] = useDebouncedValue(value, 300);
  const [shown, setShown] = useState<{ value: number; words: string }>();
  useEffect(() => {
    if (settled === null) return;
    let over = false;
    api<LimitPreview>("POST", "/limits/preview", { scope, id, name, value: settled })
      .then(previewWords, (error: unknown) => asProblem(error).message)
      .then((words) => {
        if (!over) setShown({ value: settled, words });
      });
    return () => {
      over = true;
    };
  }, [settled, scope, id, name]);
  if (value === null) return null;
  return (
    <Text size="sm">
      {label}: {shown?.value === value ? shown.words : "looking at the last 7 days…"}
    </Text>
  );
}
