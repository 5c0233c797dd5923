import { useCallback, useEffect, useRef, useState } from "react";
import { RequestError } from "@/components/results/request";
import {
  type Draft,
  dropLocalDraft,
  dropServerDraft,
  keepLocalDraft,
  keepServerDraft,
  mergeDrafts,
  newDraft,
  readLocalDrafts,
  readServerDrafts,
} from "./drafts";

const DELAY_MS = 300;

export type Keeping = "kept" | "keeping" | "offline" | "signed out";

/** Tabs and their text. Closing the browser, losing the network or the session loses none of it. */
export function useDrafts() {
  const [drafts, setDrafts] = useState<Draft[] | null>(null);
  const [keeping, setKeeping] = useState<Keeping>("kept");
  const timers = useRef(new Map<string, { timer: number; draft: Draft }>());

  const send = useCallback(async (draft: Draft) => {
    timers.current.delete(draft.tab);
    try {
      await keepServerDraft(draft);
      if (timers.current.size === 0) setKeeping("kept");
    } catch (error) {
      setKeeping(error instanceof RequestError && error.signedOut ? "signed out" : "offline");
    }
  }, []);

  const keep = useCallback(
    (draft: Draft) => {
      window.clearTimeout(timers.current.get(draft.tab)?.timer);
      setKeeping("keeping");
      const timer = window.setTimeout(() => {
        keepLocalDraft(draft);
        void send(draft);
      }, DELAY_MS);
      timers.current.set(draft.tab, { timer, draft });
    },
    [send],
  );

  useEffect(() => {
    const local = readLocalDrafts();
    if (local.length > 0) setDrafts(mergeDrafts(local, []));
    readServerDrafts()
      .then((server) => {
        setDrafts((now) => mergeDrafts(now ?? [], server));
        const known = new Map(server.map((draft) => [draft.tab, draft.sql]));
        for (const draft of local) if (known.get(draft.tab) !== draft.sql) void send(draft);
      })
      .catch((error) => setKeeping(error instanceof RequestError && error.signedOut ? "signed out" : "offline"))
      .finally(() => setDrafts((now) => (now?.length ? now : [newDraft(null)])));
  }, [send]);

  useEffect(() => {
    const pending = timers.current;
    const flush = () => {
      for (const { timer, draft } of pending.values()) {
        window.clearTimeout(timer);
        keepLocalDraft(draft);
        void send(draft);
      }
    };
    const resend = () => {
      for (const draft of readLocalDrafts()) void send(draft);
    };
    window.addEventListener("pagehide", flush);
    document.addEventListener("visibilitychange", flush);
    window.addEventListener("online", resend);
    return () => {
      flush();
      window.removeEventListener("pagehide", flush);
      document.removeEventListener("visibilitychange", flush);
      window.removeEventListener("online", resend);
    };
  }, [send]);

  const change = useCallback(
    (tab: string, patch: Partial<Pick<Draft, "sql" | "title" | "warehouse">>) => {
      setDrafts((list) => {
        const before = list?.find((draft) => draft.tab === tab);
        if (!list || !before) return list;
        const next = { ...before, ...patch, changedAt: Date.now() };
        keep(next);
        return list.map((draft) => (draft === before ? next : draft));
      });
    },
    [keep],
  );
  const open = useCallback(
    (warehouse: string | null, sql = "") => {
      const draft = newDraft(warehouse, sql);
      setDrafts((list) => [...(list ?? []), draft]);
      keep(draft);
      return draft.tab;
    },
    [keep],
  );
  const close = useCallback((tab: string) => {
    window.clearTimeout(timers.current.get(tab)?.timer);
    timers.current.delete(tab);
    dropLocalDraft(tab);
    void dropServerDraft(tab);
    setDrafts((list) => {
      const left = (list ?? []).filter((draft) => draft.tab !== tab);
      return left.length > 0 ? left : [newDraft(null)];
    });
  }, []);
  return { drafts, keeping, change, open, close };
}
