import { newId } from "@/lib/platform/ids";

/** The day after, both as `2026-11-22`. */
export function nextDay(day: string): string {
  return dayBefore(day, -1);
}

/** So many days before. */
export function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

/** No id that was made on that day by UTC, or later, is less: ids sort by time (lib/platform/ids.ts). */
export function firstId(day: string): string {
  return `${newId(Date.parse(`${day}T00:00:00Z`)).slice(0, 10)}${"0".repeat(16)}`;
}
