"use client";

import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";
import classes from "@/components/schedules/schedules.module.css";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import { whenWords } from "@/lib/triggers/words";

/** What a schedule means: in words, and its next ten moments. */
export function NextFirings({ when, zone, open = false }: { when: string; zone: string; open?: boolean }) {
  const [asked] = useDebouncedValue(`${when}\n${zone}`, 250);
  const [found, setFound] = useState<{ asked: string; firings: string[]; problem?: string }>();
  useEffect(() => {
    let current = true;
    const [line = "", place = "UTC"] = asked.split("\n");
    api<{ firings: string[] }>("POST", "/triggers/preview", { when: line, zone: place }).then(
      ({ firings }) => current && setFound({ asked, firings }),
      (error: unknown) => current && setFound({ asked, firings: [], problem: asProblem(error).message }),
    );
    return () => {
      current = false;
    };
  }, [asked]);
  const at = (firing: string) =>
    new Date(firing).toLocaleString("en-GB", { timeZone: zone, dateStyle: "medium", timeStyle: "short" });
  return (
    <div aria-live="polite" style={{ minHeight: 40 }}>
      {found?.problem ? (
        <span style={{ color: "var(--sl-late)" }}>{found.problem}</span>
      ) : (
        <details open={open}>
          <summary>
            {whenWords(when, zone)}
            {found?.firings[0] ? `; next ${at(found.firings[0])}` : ""}
          </summary>
          <ol className={classes.next} aria-label="The next moments">
            {(found?.firings ?? []).map((firing) => (
              <li key={firing}>{at(firing)}</li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}
