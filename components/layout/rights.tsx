"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { Right } from "@/lib/access/schema";

/** What is not allowed to who looks, and whom to ask for it, in words. */
export type Refused = Partial<Record<Right, string>>;

const Rights = createContext<Refused>({});

export function RightsProvider({ refused, children }: { refused: Refused; children: ReactNode }) {
  return <Rights value={refused}>{children}</Rights>;
}

/** Why that is not allowed to who looks; undefined where it is. */
export function useRefused(right: Right): string | undefined {
  return useContext(Rights)[right];
}
