"use client";

import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { ago } from "@/components/ui/duration";
import { useZone } from "@/components/ui/zone";

/** One clock for all times on the page: ticks every 15 s, and starts only in the browser. */
const listeners = new Set<() => void>();
let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = Date.now();
  for (const each of listeners) each();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 15_000);
  // What has just happened is newer than the last tick, and must not read as something to come.
  if (Date.now() - now > 1_000) now = Date.now();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function snapshot(): number {
  if (!timer || !now) now = Date.now();
  return now;
}

function exact(at: Date, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone,
    timeZoneName: "short",
  }).format(at);
}

/** "4 min ago"; exact, in the reader's zone with its name, on hover and focus. */
export function RelativeTime({ at, focusable = true }: { at: string | Date; focusable?: boolean }) {
  const date = new Date(at);
  const zone = useZone();
  const clock = useSyncExternalStore(subscribe, snapshot, () => 0);
  return (
    <Tooltip label={exact(date, clock ? zone : (zone ?? "UTC"))} events={{ hover: true, focus: true, touch: true }}>
      {/* The exact time shows on focus, too; not inside a link, which has its own. */}
      <time dateTime={date.toISOString()} tabIndex={focusable ? 0 : undefined} style={{ whiteSpace: "nowrap" }}>
        {clock ? ago(clock - date.getTime()) : exact(date, zone ?? "UTC")}
      </time>
    </Tooltip>
  );
}

/** Exact, in the reader's zone with its name; UTC until the browser has said which that is. */
export function ExactTime({ at }: { at: string | Date }) {
  const date = new Date(at);
  const zone = useZone();
  const inBrowser = useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  );
  return <time dateTime={date.toISOString()}>{exact(date, zone ?? (inBrowser ? undefined : "UTC"))}</time>;
}
