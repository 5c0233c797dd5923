import { type Lane, lanes } from "@/lib/gate/schema";

/** Each lane as whoever chooses one reads it. */
const laneWords: Record<Lane, string> = {
  interactive: "interactive, with people who wait",
  api: "api, after them",
  scheduled: "scheduled, with what nobody waits for",
  backfill: "backfill, last",
};

const usual = { value: "usual", label: "as usual: api, and scheduled for an AI assistant" };

/**
 * What may be chosen for a token that stands in `now` (null: as usual). Who may not give the lanes in front puts it further
 * back, or leaves it.
 */
export function laneChoices(gives: boolean, now: string | null = null) {
  const from = lanes.indexOf(now as Lane);
  const named = lanes.map((lane) => ({ value: lane as string, label: laneWords[lane] }));
  if (gives) return [usual, ...named];
  return [
    ...(now === null ? [usual] : []),
    ...named.filter(({ value }, at) => value === now || (at >= from && at > lanes.indexOf("api"))),
  ];
}
