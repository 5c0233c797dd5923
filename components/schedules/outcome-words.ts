import type { SlotView, TellWhen, TriggerView } from "@/lib/triggers/schema";
import { limitWords } from "@/lib/triggers/words";

/** What became of a moment, as a state that the page has an icon for, and its words where the state's own do not say it. */
export function outcomeOf({ outcome, runs, run, error }: SlotView): { state: string; word?: string } {
  switch (outcome) {
    case "due":
      return { state: "queued", word: error === null ? "Starting" : "Waiting for room" };
    case "failed":
      return { state: "failed", word: "Could not run" };
    case "skipped":
      return { state: "cancelled", word: "Skipped: the one before was still running" };
    case "missed":
      return { state: "cancelled", word: "Missed: Sluice was not there" };
    case "paused":
      return { state: "cancelled", word: "Paused" };
    case "ran":
      break;
  }
  if (run) return { state: run.state };
  const bad = runs.filter(({ state, error }) => error !== null || state === "failed").length;
  if (bad > 0) return { state: "failed", word: runs.length > 1 ? `${bad} of ${runs.length} failed` : "Failed" };
  const open = runs.some(({ state }) => state === "queued" || state === "running" || state === "cancelling");
  if (open) return { state: "running", word: "Running" };
  return runs.some(({ state }) => state === "cancelled")
    ? { state: "cancelled", word: "Cancelled" }
    : { state: "succeeded", word: "Succeeded" };
}

export const tellLabels: Record<TellWhen, string> = {
  never: "never",
  always: "each time",
  failed: "when it fails",
  rows: "when it has rows",
  limit: "when a number is beyond a limit",
  changed: "when its rows are others than the time before",
};

/** "Mails Ana and Bo when n is above 10"; null where nobody hears of it. */
export function tellWords({ tellWhen, limit, mailTo, webhook }: TriggerView): string | null {
  const to = [mailTo.map(({ name }) => name).join(", "), webhook ? hostOf(webhook) : ""].filter(Boolean);
  if (tellWhen === "never" || to.length === 0) return null;
  const when =
    tellWhen === "limit" && limit
      ? `when ${limit.column}${limit.of === "any" ? " in any row" : ""} is ${limit.once ? "newly " : ""}${limitWords(limit)}`
      : tellLabels[tellWhen];
  return `Tells ${to.join(" and ")} ${when}`;
}

function hostOf(webhook: string): string {
  return URL.canParse(webhook) ? new URL(webhook).host : webhook;
}
