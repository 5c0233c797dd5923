"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { follow } from "@/components/runs/use-log";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import type { LineOfAll, LinesPage } from "@/lib/runs/schema";

/** More would not be looked at here; what is before them is asked for again. */
const most = 50_000;
const drawEveryMs = 150;
const againMs = 2_000;

interface Shown {
  /** Oldest first. */
  lines: LineOfAll[];
  next: string | null;
  searchedTo: string | null;
}

/**
 * The lines of a page, those before them as one asks for them, and with `live` those that come after. What it began with
 * stays: another question is another component.
 */
export function useAllLines(begun: LinesPage, question: string, live: boolean) {
  const [{ first, asked }] = useState({ first: begun, asked: question });
  const [shown, setShown] = useState<Shown>(() => ({ ...first, lines: first.items.toReversed() }));
  const [looking, setLooking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  // Of what was given: a stream begins some seconds before where the last one ended.
  const given = useRef({ after: first.at, known: new Set(first.items.map(({ id }) => id)) });
  useEffect(() => {
    if (!live) return;
    const over = new AbortController();
    const before = given.current;
    let fresh: LineOfAll[] = [];
    const draw = () => {
      if (fresh.length === 0) return;
      const more = fresh;
      fresh = [];
      setShown((old) => {
        const lines = [...old.lines, ...more].slice(-most);
        if (before.known.size > 4 * most) before.known = new Set(lines.map(({ id }) => id));
        const cut = old.lines.length + more.length > most;
        return { lines, next: cut ? (lines[0]?.id ?? null) : old.next, searchedTo: cut ? null : old.searchedTo };
      });
    };
    const timer = setInterval(draw, drawEveryMs);
    const read = async () => {
      while (!over.signal.aborted) {
        try {
          const path = `/logs/lines?${withValues(asked, { after: before.after, follow: "true" })}`;
          await follow<LineOfAll>(path, over.signal, (line) => {
            if (before.known.has(line.id)) return;
            before.known.add(line.id);
            // When its chunk was kept.
            before.after = new Date(Number(line.id.split("-")[0])).toISOString();
            fresh.push(line);
            setProblem(null);
          });
        } catch {
          if (!over.signal.aborted) setProblem("The lines could not be read on. It is tried again.");
        }
        await new Promise((go) => setTimeout(go, againMs));
      }
    };
    void read();
    return () => {
      over.abort();
      clearInterval(timer);
    };
  }, [asked, live]);
  const { next } = shown;
  const older = useCallback(async () => {
    if (!next) return;
    setLooking(true);
    try {
      const page = await api<LinesPage>("GET", `/logs?${withValues(asked, { cursor: next })}`);
      setShown((old) => ({
        ...{ lines: [...page.items.toReversed(), ...old.lines], next: page.next, searchedTo: page.searchedTo },
      }));
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error).message);
    } finally {
      setLooking(false);
    }
  }, [next, asked]);
  return { ...shown, problem, looking, older };
}

const withValues = (query: string, more: Record<string, string>) =>
  new URLSearchParams([...new URLSearchParams(query), ...Object.entries(more)]);
