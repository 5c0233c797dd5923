import { useEffect, useMemo, useSyncExternalStore } from "react";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import { type DraftState, DraftStore } from "./draft-store";
import type { ServerDraft } from "./drafts";

/** Browsers refuse keepalive bodies over 64 KiB, counted in bytes. */
const KEEPALIVE_CHARACTERS = 15_000;

const nothing: DraftState = { drafts: null, keeping: "kept", closed: [], revisions: {} };

/** A person's tabs in this browser, as the page shows them, and the store that keeps them. */
export function useDrafts(userId: string): DraftState & { store: DraftStore } {
  const store = useMemo(() => browserStore(userId), [userId]);
  const state = useSyncExternalStore(store.subscribe, store.get, () => nothing);
  useEffect(() => {
    void store.start();
    const onStorage = (event: StorageEvent) => store.onStorage(event.key, event.newValue);
    const onLeave = () => store.flush(true);
    const onBlur = () => store.flush(false);
    const onOnline = () => store.resend();
    window.addEventListener("storage", onStorage);
    window.addEventListener("pagehide", onLeave);
    window.addEventListener("blur", onBlur);
    window.addEventListener("online", onOnline);
    document.addEventListener("visibilitychange", onLeave);
    return () => {
      store.stop();
      window.removeEventListener("storage", onStorage);
      window.removeEventListener("pagehide", onLeave);
      window.removeEventListener("blur", onBlur);
      window.removeEventListener("online", onOnline);
      document.removeEventListener("visibilitychange", onLeave);
    };
  }, [store]);
  return { ...state, store };
}

function browserStore(userId: string): DraftStore {
  return new DraftStore({
    userId,
    // A getter: the page is also drawn on the server, which has no storage.
    get storage() {
      return window.localStorage;
    },
    read: async () => (await api<{ items: ServerDraft[] }>("GET", "/drafts")).items,
    save: ({ tab, title, sql, warehouse }, last) =>
      api(
        "PUT",
        `/drafts/${encodeURIComponent(tab)}`,
        { title, sql, warehouse },
        { keepalive: last && sql.length < KEEPALIVE_CHARACTERS },
      ),
    remove: (tab) => api("DELETE", `/drafts/${encodeURIComponent(tab)}`),
    signedOut: (error) => asProblem(error).signedOut,
  });
}
