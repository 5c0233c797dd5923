import { fieldsOf, type WhenFields, whenOf } from "@/components/schedules/when-fields";
import type { Change } from "@/lib/pipelines/rewrite";

/** A trigger of a draft that a clock starts, as its document has it. */
export interface Timed {
  cron?: string;
  at?: string;
  timezone?: string;
  missed?: string;
}

/** Of a trigger what the form knows; null of one that no clock starts. Pure. */
export function timedOf(trigger: Record<string, unknown>): Timed | null {
  const timed: Timed = {};
  for (const key of ["cron", "at", "timezone", "missed"] as const) {
    const value = trigger[key];
    if (typeof value === "string") timed[key] = value;
  }
  return timed.cron === undefined && timed.at === undefined ? null : timed;
}

/** A moment may stand half written. Pure. */
export function fieldsOfTimed({ cron, at }: Timed): WhenFields {
  return cron === undefined ? { ...fieldsOf(at ?? ""), frequency: "once" } : fieldsOf(cron);
}

/**
 * What other fields change of the trigger at `place`: a moment stands as `at`, which takes no word on what was missed, and
 * all else as `cron`. Either has a time zone, for the days that its runs are about. Pure.
 */
export function timingChanges(place: number, before: Timed, fields: WhenFields, zone: string): Change[] {
  const once = fields.frequency === "once";
  const path = (key: keyof Timed) => ["triggers", place, key];
  const goes: (keyof Timed)[] = once ? ["cron", "missed"] : ["at"];
  return [
    { path: path(once ? "at" : "cron"), value: whenOf(fields) },
    ...(before.timezone !== undefined ? [] : [{ path: path("timezone"), value: zone }]),
    ...goes.filter((key) => before[key] !== undefined).map((key) => ({ path: path(key), value: undefined })),
  ];
}
