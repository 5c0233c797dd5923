"use client";

import { useEffect, useSyncExternalStore } from "react";

let about: string | null = null;
const listeners = new Set<() => void>();

function tell(id: string | null): void {
  about = id;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * The warehouse that the page is about, where its address does not say so. Beside React and not in a context: one
 * that changes while a page comes alive makes React throw away what the server drew and draw it again.
 */
export function useAbout(): string | null {
  return useSyncExternalStore(
    listen,
    () => about,
    () => null,
  );
}

/** Tells the frame, for as long as it is drawn, whose gate belongs into the top line. */
export function AboutWarehouse({ id }: { id: string }) {
  useEffect(() => {
    tell(id);
    return () => tell(null);
  }, [id]);
  return null;
}
