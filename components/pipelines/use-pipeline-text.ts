"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { readDraft } from "@/components/pipelines/draft-document";
import { type Change, rewriteYaml } from "@/lib/pipelines/rewrite";
import { rememberedYaml } from "@/lib/pipelines/yaml-text";

/** How well the last change is kept. */
export type Keeping = "kept" | "keeping" | "offline";

interface Ports {
  /** Under which this browser keeps the text until the server has it. */
  key: string;
  first: string;
  /** Sends the draft; rejects where it was not taken. */
  save: (text: string, last: boolean) => Promise<unknown>;
}

const settleMs = 800;
const againMs = 5_000;

/**
 * A pipeline's text, which form and YAML both edit. Every change is in this browser at once and at the server soon after;
 * one that the server has not taken is there again after a reload.
 */
export function usePipelineText({ key, first, save }: Ports) {
  const [text, setText] = useState(first);
  const [keeping, setKeeping] = useState<Keeping>("kept");
  const [refused, setRefused] = useState<string>();
  const [anew, setAnew] = useState(false);
  const now = useRef(first);
  const sent = useRef(first);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sending = useRef(false);
  const latest = useRef(save);
  latest.current = save;
  const [reading] = useState(() => rememberedYaml());
  const { draft, problems } = useMemo(() => readDraft(text, reading), [text, reading]);

  const send = useCallback(
    async (last = false) => {
      clearTimeout(timer.current);
      if (sending.current || now.current === sent.current) return;
      sending.current = true;
      const text = now.current;
      try {
        await latest.current(text, last);
        sent.current = text;
        if (now.current === text) {
          forget(key);
          setKeeping("kept");
        } else timer.current = setTimeout(() => void send(), settleMs);
      } catch {
        setKeeping("offline");
        timer.current = setTimeout(() => void send(), againMs);
      } finally {
        sending.current = false;
      }
    },
    [key],
  );

  const write = useCallback(
    (next: string) => {
      if (next === now.current) return;
      now.current = next;
      setText(next);
      setRefused(undefined);
      setKeeping("keeping");
      remember(key, next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void send(), settleMs);
    },
    [key, send],
  );

  const edit = useCallback(
    (changes: Change[]) => {
      try {
        const rewritten = rewriteYaml(now.current, changes, reading);
        write(rewritten.text);
        if (rewritten.anew) setAnew(true);
      } catch (error) {
        setRefused(error instanceof Error ? error.message : "This text can be changed in YAML only.");
      }
    },
    [write, reading],
  );

  useEffect(() => {
    const kept = recall(key);
    if (kept !== null) write(kept);
    const leave = () => void send(true);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [key, write, send]);

  /** What was published or thrown away is no draft any more. */
  const settle = useCallback(
    (text: string) => {
      clearTimeout(timer.current);
      forget(key);
      now.current = text;
      sent.current = text;
      setText(text);
      setKeeping("kept");
      setAnew(false);
    },
    [key],
  );

  return { text, draft, problems, keeping, refused, anew, known: () => setAnew(false), write, edit, settle, send };
}

export type PipelineText = ReturnType<typeof usePipelineText>;

function remember(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Full or forbidden: the server's copy serves then.
  }
}

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Forbidden storage holds nothing to remove.
  }
}
