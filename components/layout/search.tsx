"use client";

import { VisuallyHidden } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { type ComponentType, useEffect, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { onSearch, openSearch } from "@/components/layout/open-search";
import type { PaletteProps } from "@/components/layout/palette";

/** The search, loaded when it is first asked for: most pages are left without it. */
export function Search({ role }: { role: string }) {
  const [wanted, setWanted] = useState(false);
  const [typed, setTyped] = useState("");
  const [Palette, setPalette] = useState<ComponentType<PaletteProps>>();
  // At once: the next key must find the field that takes it.
  useEffect(() => onSearch(() => flushSync(() => setWanted(true))), []);
  useEffect(() => {
    if (!wanted) return;
    import("@/components/layout/palette").then(
      (module) => setPalette(() => module.Palette),
      // It did not come: the next key asks again.
      () => setWanted(false),
    );
  }, [wanted]);
  // Everywhere, also where somebody types. The editor, which keeps its keys to itself, has this key as its own.
  useHotkeys([["mod+K", openSearch]], [], true);
  return (
    <>
      {wanted ? <Meanwhile typed={typed} onType={setTyped} over={Palette !== undefined} /> : null}
      {Palette ? <Palette role={role} typed={typed} onType={setTyped} /> : null}
    </>
  );
}

/** Takes what is typed before the search is there; given the focus back by it, hands it on to where it came from. */
function Meanwhile({ typed, onType, over }: Omit<PaletteProps, "role"> & { over: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const before = useRef<Element>(null);
  useLayoutEffect(() => {
    before.current = document.activeElement;
    field.current?.focus();
  }, []);
  return (
    <VisuallyHidden>
      <input
        ref={field}
        aria-label="Search"
        aria-hidden={over}
        tabIndex={-1}
        value={typed}
        onChange={(event) => onType(event.currentTarget.value)}
        onFocus={() => {
          if (over && before.current instanceof HTMLElement) before.current.focus();
        }}
      />
    </VisuallyHidden>
  );
}
