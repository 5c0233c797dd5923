"use client";

import { useHotkeys } from "@mantine/hooks";
import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { onSearch, openSearch } from "@/components/layout/open-search";

const Palette = dynamic(() => import("@/components/layout/palette").then((module) => module.Palette), { ssr: false });

/** The search, loaded when it is first asked for: most pages are left without it. */
export function Search({ role }: { role: string }) {
  const [wanted, setWanted] = useState(false);
  useEffect(() => onSearch(() => setWanted(true)), []);
  // Everywhere, also where somebody types. The editor, which keeps its keys to itself, has this key as its own.
  useHotkeys([["mod+K", openSearch]], [], true);
  return wanted ? <Palette role={role} /> : null;
}
