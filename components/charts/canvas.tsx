"use client";

import { Skeleton } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import classes from "@/components/charts/chart.module.css";
import type { DrawingProps } from "@/components/charts/drawing-props";
import { untilDrawn } from "@/components/charts/export-picture";
import { Still } from "@/components/charts/still";
import { chartTitle } from "@/components/charts/words";
import type { ChartData } from "@/lib/charts/schema";

// Half of a page's program, for what most readers only look at.
const Drawing = lazy(() => import("@/components/charts/drawing"));

/** What the server takes the room for, before a browser says. */
const usual = { width: 900, height: 400 };

interface Props extends Omit<DrawingProps<ChartData>, "size"> {
  /** Whether it is to answer the mouse at once. */
  live: boolean;
}

/** A chart as it stands, at once; from the first pointer or key that comes to it, one that answers. */
export function Canvas({ live, ...props }: Props) {
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const size = width > 0 && height > 0 ? { width, height } : usual;
  const [woken, setWoken] = useState(false);
  const [drawn, setDrawn] = useState(false);
  const focused = useRef(false);
  const { spec, data } = props;
  const stands = data.kind === "series" && spec.type !== "pie";
  const awake = live || woken || !stands;
  const box = useRef<HTMLDivElement>(null);
  const place = useMergedRef(ref, box);
  useEffect(() => {
    if (!awake || !box.current) return;
    let gone = false;
    void untilDrawn(box.current).then((surface) => {
      if (gone || !surface) return;
      setDrawn(true);
      // Who came by key goes on by key.
      if (focused.current && document.activeElement === box.current) surface.focus();
    });
    return () => {
      gone = true;
    };
  }, [awake]);
  const still = stands ? <Still data={data} spec={spec} hidden={props.hidden} size={size} /> : null;
  const idle = stands && !drawn;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it has a role, which changes
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: and both may be named
    <div
      ref={place}
      className={classes.canvas}
      role={idle ? "img" : "group"}
      aria-label={chartTitle(spec, data)}
      tabIndex={idle ? 0 : undefined}
      onPointerEnter={() => setWoken(true)}
      onFocus={(event) => {
        focused.current = event.target === event.currentTarget;
        setWoken(true);
      }}
    >
      {awake ? (
        <Suspense fallback={still ?? <Skeleton height="100%" radius={6} />}>
          <Drawing {...props} size={size} />
        </Suspense>
      ) : (
        still
      )}
    </div>
  );
}
