import { calmAt, hotAt, type Sampled } from "./slow-down";

/** Whether admins are to be told that a warehouse is hot, or that it is over: once each, and not of what comes and goes. */
export interface Alerting {
  /** Since when it has been hot, with breaks shorter than 5 minutes; milliseconds by the database's clock. */
  hotSince: number | null;
  calmSince: number | null;
  /** Whether they know of this heat. */
  told: boolean;
}

const overMs = 5 * 60_000;

export const unalarmed: Alerting = { hotSince: null, calmSince: null, told: false };

/** @param minutes of heat before anybody is told; null: nobody ever is */
export function alarm(
  before: Alerting,
  { at, heat }: Sampled,
  minutes: number | null,
): { state: Alerting; tell: "hot" | "over" | null } {
  if (heat === null) return { state: before, tell: null };
  const hotSince = before.hotSince ?? (heat >= hotAt ? at : null);
  const calmSince = heat > calmAt ? null : (before.calmSince ?? at);
  if (hotSince === null) return { state: { ...before, hotSince, calmSince }, tell: null };
  if (calmSince !== null && at - calmSince >= overMs) {
    // Told again at the next sample, should nobody have managed to: whoever does takes `told` away.
    if (before.told) return { state: { hotSince, calmSince, told: true }, tell: "over" };
    return { state: { hotSince: null, calmSince, told: false }, tell: null };
  }
  const due = !before.told && minutes !== null && heat >= hotAt && at - hotSince >= minutes * 60_000;
  return { state: { hotSince, calmSince, told: before.told }, tell: due ? "hot" : null };
}
