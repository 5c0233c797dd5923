"use client";

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

const About = createContext<{ id: string | null; tell: (id: string | null) => void }>({
  id: null,
  tell: () => undefined,
});

/** Knows which warehouse the page is about, where its address does not say so. */
export function AboutProvider({ children }: { children: ReactNode }) {
  const [id, tell] = useState<string | null>(null);
  return <About value={{ id, tell }}>{children}</About>;
}

export function useAbout(): string | null {
  return useContext(About).id;
}

/** Tells the frame, for as long as it is drawn, whose gate belongs into the top line. */
export function AboutWarehouse({ id }: { id: string }) {
  const { tell } = useContext(About);
  useEffect(() => {
    tell(id);
    return () => tell(null);
  }, [id, tell]);
  return null;
}
