"use client";

import { useEffect, useState } from "react";
import type { LogLine } from "@/lib/runs/schema";

export interface Log {
  lines: LogLine[];
  /** Older lines that are not kept on the page. */
  dropped: number;
  reading: boolean;
  problem: string | null;
}

/** More would not be read here; the download has all. */
const most = 100_000;
const drawEveryMs = 150;
const againMs = 2_000;

/** A run's log, line by line as it is written, until the run is over. */
export function useLog(path: string): Log {
  const [log, setLog] = useState<Log>({ lines: [], dropped: 0, reading: true, problem: null });
  useEffect(() => {
    const over = new AbortController();
    let lines: LogLine[] = [];
    let dropped = 0;
    let changed = true;
    let reading = true;
    let problem: string | null = null;
    const draw = () => {
      if (!changed) return;
      changed = false;
      if (lines.length > most) {
        dropped += lines.length - most;
        lines = lines.slice(-most);
      }
      setLog({ lines: [...lines], dropped, reading, problem });
    };
    const timer = setInterval(draw, drawEveryMs);
    const read = async () => {
      for (;;) {
        try {
          lines = [];
          dropped = 0;
          await follow(path, over.signal, (line) => {
            lines.push(line);
            changed = true;
          });
          problem = null;
          reading = false;
        } catch {
          if (over.signal.aborted) return;
          problem = "The log could not be read on. It is tried again.";
        }
        changed = true;
        draw();
        if (!problem) return;
        await new Promise((go) => setTimeout(go, againMs));
        if (over.signal.aborted) return;
      }
    };
    setLog({ lines: [], dropped: 0, reading: true, problem: null });
    void read();
    return () => {
      over.abort();
      clearInterval(timer);
    };
  }, [path]);
  return log;
}

/** Calls `on` for each line of a stream of lines of JSON, until it ends. */
export async function follow<Line = LogLine>(
  path: string,
  signal: AbortSignal,
  on: (line: Line) => void,
): Promise<void> {
  const answer = await fetch(`/api/v1${path}`, { signal, credentials: "same-origin", headers: { "x-sluice": "1" } });
  if (!answer.ok || !answer.body) throw new Error(String(answer.status));
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part) on(JSON.parse(part) as Line);
  }
  if (rest) on(JSON.parse(rest) as Line);
}
