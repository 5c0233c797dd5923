"use client";

import { createContext, type ReactNode, useContext } from "react";

const Zone = createContext<string | undefined>(undefined);

/** The zone that a person chose for the pages; without one the browser's own is used. */
export function ZoneProvider({ zone, children }: { zone: string | null; children: ReactNode }) {
  return <Zone value={zone ?? undefined}>{children}</Zone>;
}

export function useZone(): string | undefined {
  return useContext(Zone);
}
