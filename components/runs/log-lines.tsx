"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import classes from "@/components/runs/log.module.css";
import { useZone } from "@/components/ui/zone";
import type { LogLine } from "@/lib/runs/schema";

interface Props<Line> {
  lines: Line[];
  /** What stands in their place when there are none. */
  empty: string;
  /** Whose line it is, where they are of several. */
  lead?: (line: Line) => ReactNode;
  /** Above the first line: the way to those before it. */
  above?: ReactNode;
  /** Of several days. */
  dated?: boolean;
  /** Where a line has an address of its own. */
  hrefOf?: (line: Line) => string;
  marked?: (line: Line) => boolean;
}

/**
 * Lines in a window of their own that stays at the end while one looks at the end, and where one is when lines come before
 * the first.
 */
export function LogLines<Line extends Pick<LogLine, "at" | "attempt" | "stream" | "text">>(props: Props<Line>) {
  const { lines, empty, lead, above, hrefOf, marked } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const clock = useClock(props.dated);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => 20,
    overscan: 20,
  });
  const count = lines.length;
  const first = useRef(lines[0]);
  useLayoutEffect(() => {
    const before = first.current && lines[0] !== first.current ? lines.indexOf(first.current) : 0;
    first.current = lines[0];
    if (before > 0) rows.scrollToIndex(before, { align: "start" });
  }, [lines, rows]);
  useEffect(() => {
    if (atEnd && count > 0) rows.scrollToIndex(count - 1, { align: "end" });
  }, [atEnd, count, rows]);
  if (count === 0)
    return (
      <>
        {above}
        <p className={classes.noLines}>{empty}</p>
      </>
    );
  return (
    <div
      ref={frame}
      className={classes.lines}
      role="log"
      aria-label="Lines"
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: at }) => setAtEnd(at.scrollHeight - at.scrollTop - at.clientHeight < 24)}
    >
      {above}
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map(({ key, index, start }) => {
          const line = lines[index] as Line;
          const time = <time dateTime={line.at}>{clock.format(new Date(line.at)).replace(",", "")}</time>;
          return (
            <div
              key={key}
              ref={rows.measureElement}
              data-index={index}
              data-stream={line.stream}
              data-marked={marked?.(line)}
              className={classes.line}
              style={{ transform: `translateY(${start}px)` }}
            >
              {hrefOf ? <a href={hrefOf(line)}>{time}</a> : time}
              {lead?.(line)}
              {line.attempt > 1 ? <span className={classes.lead}>try {line.attempt}</span> : null}
              <span className={classes.text}>
                {line.stream === "stderr" ? <span className="visually-hidden">error stream: </span> : null}
                {line.text || " "}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function useClock(dated = false): Intl.DateTimeFormat {
  const timeZone = useZone();
  return useMemo(
    () =>
      new Intl.DateTimeFormat("en-GB", {
        ...(dated ? { day: "2-digit", month: "short" } : {}),
        ...{ timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit" },
        ...{ fractionalSecondDigits: 3, hourCycle: "h23" },
      } as Intl.DateTimeFormatOptions),
    [timeZone, dated],
  );
}
