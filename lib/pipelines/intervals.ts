import { firings, type Timing } from "@/lib/triggers/firings";
import { instantIn, localIn } from "./template-time";

/**
 * The stretch of time that a scheduled run is about: the last complete hour, day, week or month before its slot, by the
 * trigger's clocks. The same for every run of a slot, whenever it really starts. Pure.
 */

export type Unit = "hour" | "day" | "week" | "month";

const minute = 60_000;
const day = 1_440 * minute;
const lengths: [Unit, number][] = [
  ["hour", 60 * minute],
  ["day", day],
  ["week", 7 * day],
];

/** Far from any change of clocks, and for every line the same. */
const start = new Date("2024-01-01T00:00:00Z");

const known = new Map<string, Unit>();

/**
 * The shortest unit that is no shorter than the time between two firings where they are nearest: of every 15 minutes and
 * of 9 to 17 o'clock the hour, of every six hours and of weekdays the day, of Mondays and Thursdays the week.
 */
export function unitOf(cron: string): Unit {
  const kept = known.get(cron);
  if (kept) return kept;
  const timing: Timing = { cron, at: null, zone: "UTC" };
  const all = firings(timing, start, 60).map((one) => one.getTime());
  const least = Math.min(...all.slice(1).map((at, n) => at - (all[n] ?? at)));
  const unit = lengths.find(([, length]) => least <= length)?.[0] ?? "month";
  if (known.size > 1_000) known.clear();
  known.set(cron, unit);
  return unit;
}

/** Where a unit begins that clocks show `local` in, as if clocks showed UTC. A week begins on Monday. */
function beginning(unit: Unit, local: number): number {
  const at = new Date(local);
  if (unit === "hour") return Math.floor(local / (60 * minute)) * 60 * minute;
  const midnight = Math.floor(local / day) * day;
  if (unit === "day") return midnight;
  if (unit === "week") return midnight - ((at.getUTCDay() + 6) % 7) * day;
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
}

/** The first instant of the unit that an instant is in. */
function beginningAt(unit: Unit, at: number, zone: string): number {
  const local = localIn(zone, at);
  // An hour that clocks show twice is two: it begins where it began the last time.
  if (unit === "hour") return at - (local - beginning(unit, local));
  return instantIn(zone, beginning(unit, local));
}

/** `[from, to)`: the last unit that was over at the moment, by a zone's clocks. */
export function lastComplete(unit: Unit, at: Date, zone: string): { from: Date; to: Date } {
  const to = beginningAt(unit, at.getTime(), zone);
  return { from: new Date(beginningAt(unit, to - 1, zone)), to: new Date(to) };
}

/** The interval of a cron slot. */
export const intervalOfSlot = (cron: string, slot: Date, zone: string): { from: Date; to: Date } =>
  lastComplete(unitOf(cron), slot, zone);
