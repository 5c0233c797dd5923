import { ordinal } from "@/components/executions/waiting-words";
import { count } from "@/components/ui/count";
import { duration } from "@/components/ui/duration";
import { size } from "@/components/ui/size";
import type { AttemptView, RunItem, RunView, StageView } from "@/lib/runs/schema";

/** What runs, stages and attempts are, in a few words. Pure. */

export const isOver = (state: string): boolean => state === "succeeded" || state === "failed" || state === "cancelled";

const triggers: Record<RunItem["trigger"], string> = {
  manual: "by hand",
  api: "by a program",
  cron: "by its schedule",
  retry: "again",
  try: "to try a draft",
  save: "to save a table",
};

/** “by its schedule”, “by hand, Ana”. */
export const startedWords = ({ trigger, by }: Pick<RunItem, "trigger" | "by">): string =>
  trigger === "cron" ? triggers.cron : `${triggers[trigger]}, ${by.name}`;

/** From its start to its end, or until now; null before it began. */
export function took(from: string | null, to: string | null, now: number): number | null {
  return from ? Math.max(0, (to ? Date.parse(to) : now) - Date.parse(from)) : null;
}

/** The interval in its own zone: one day, or from when to when. */
export function intervalWords({ from, to, timeZone }: RunItem["interval"]): string {
  const at = (moment: string) => {
    const parts = new Intl.DateTimeFormat("en-GB", {
      ...{ timeZone, day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
      hourCycle: "h23",
    }).formatToParts(new Date(moment));
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
    return { day: `${part("day")} ${part("month")} ${part("year")}`, time: `${part("hour")}:${part("minute")}` };
  };
  const [first, last, before] = [at(from), at(to), at(new Date(Date.parse(to) - 1).toISOString())];
  if (first.time === "00:00" && last.time === "00:00")
    return first.day === before.day ? first.day : `${first.day} to ${before.day}`;
  return first.day === last.day
    ? `${first.day}, ${first.time} to ${last.time}`
    : `${first.day}, ${first.time} to ${last.day}, ${last.time}`;
}

/** “2nd in line for demo. All 8 slots of demo are in use.” Null for one that waits for nothing. */
export function waitsWords(attempt: Pick<AttemptView, "waitingFor" | "place"> | undefined): string | null {
  if (!attempt?.waitingFor) return null;
  const { place, waitingFor } = attempt;
  return place ? `${ordinal(place.position)} in line for ${place.warehouse}. ${waitingFor}` : waitingFor;
}

/** What stands under a stage's name in the graph. */
export function stageNote(stage: StageView, now: number): string {
  const words: Record<StageView["state"], string> = {
    waiting: stage.retryAt ? "Waits to be tried again" : "Not yet",
    queued: waitsWords(stage.attempts.at(-1)) ?? "Waits for its turn",
    running: waitsWords(stage.attempts.at(-1)) ?? "Running",
    succeeded: stage.reused ? "Taken over from before" : "Succeeded",
    failed: "Failed",
    cancelled: "Cancelled",
    skipped: "Skipped",
  };
  const ms = took(stage.startedAt, stage.finishedAt, now);
  const shown = ms !== null && !stage.reused && (stage.state === "running" || isOver(stage.state));
  return shown ? `${words[stage.state]}, ${duration(ms)}` : words[stage.state];
}

/** How often the platform's failures are tried again for a stage, as sluice_end_attempt has it. */
const freeTries = 5;

/** Of a stage whose last try was ended from outside: why it is not tried again by itself, and what to do. */
export function notAgainWords({ state, attempts }: Pick<StageView, "state" | "attempts">): string | null {
  if (state !== "failed" || attempts.at(-1)?.state !== "lost") return null;
  return attempts.length > freeTries
    ? `It was tried ${attempts.length} times. Once what ends it is found, run it again from here.`
    : "It is not tried again by itself, since it may have done its work already. Look at what it wrote, then run it again from here.";
}

export const toneOf = (state: StageView["state"]) =>
  ({
    ...{ waiting: undefined, queued: "late", running: "running", succeeded: "succeeded", failed: "failed" },
    ...{ cancelled: undefined, skipped: undefined },
  })[state] as "late" | "running" | "succeeded" | "failed" | undefined;

/** What ended a run, in one sentence: of its first failed stage by its title. */
export function causeWords({ error, failed }: Pick<RunItem, "error" | "failed">): string {
  if (!failed) return error ?? "This run failed.";
  const title = failed.title ?? failed.stage;
  if (!error) return `${title} failed.`;
  return error.startsWith(`${failed.stage}: `) ? title + error.slice(failed.stage.length) : error;
}

/** In powers of 1,024, as limits are written: “512 MiB”. */
export function memoryWords(bytes: number): string {
  for (const [unit, of] of [
    ["GiB", 2 ** 30],
    ["MiB", 2 ** 20],
    ["KiB", 2 ** 10],
  ] as const)
    if (bytes >= of) return `${Math.round((bytes / of) * 10) / 10} ${unit}`;
  return `${bytes} B`;
}

/** Twice as much, as a stage's limits are written: after 1 GiB `2Gi`. */
function moreMemory(bytes: number): string {
  const mebibytes = Math.ceil((bytes * 2) / 2 ** 20);
  return mebibytes % 1_024 === 0 ? `${mebibytes / 1_024}Gi` : `${mebibytes}Mi`;
}

interface Offered {
  stages: (Pick<StageView, "state" | "limits"> & { error: Pick<NonNullable<StageView["error"]>, "cause"> | null })[];
  may: Pick<RunView["may"], "retry">;
}

/** What the first stage that failed is offered, when it ran out of memory and may run again: `2Gi`. */
export function memoryOffer({ stages, may }: Offered): string | null {
  const first = stages.find(({ state }) => state === "failed");
  if (!may.retry || first?.error?.cause !== "out_of_memory") return null;
  return first.limits.memoryBytes > 0 ? moreMemory(first.limits.memoryBytes) : null;
}

/** “1,204 rows · 88 MiB of memory at most · 1.2 s of processor”: what is known of it. */
export function measured({
  rows,
  peakMemoryBytes,
  cpuSeconds,
}: Pick<AttemptView, "rows" | "peakMemoryBytes" | "cpuSeconds">): string {
  return [
    rows === null ? null : count(rows, "row"),
    peakMemoryBytes === null ? null : `${memoryWords(peakMemoryBytes)} of memory at most`,
    cpuSeconds === null ? null : `${duration(cpuSeconds * 1000)} of processor`,
  ]
    .filter(Boolean)
    .join(" · ");
}

export const artifactWords = (rows: number | null, bytes: number): string =>
  rows === null ? size(bytes) : `${count(rows, "row")}, ${size(bytes)}`;
