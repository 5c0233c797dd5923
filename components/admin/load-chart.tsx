"use client";

import { Tooltip } from "@mantine/core";
import {
  IconAdjustments,
  IconArrowMoveUp,
  IconArrowsVertical,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugX,
  IconSquareX,
} from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import classes from "@/components/admin/load-chart.module.css";
import { areaOf, groupsOf, linesOf, stepsOf, topOf, wholeWidth } from "@/components/admin/load-lines";
import { useRest } from "@/components/ui/use-rest";
import { useZone } from "@/components/ui/zone";
import type { LoadHistory } from "@/lib/gate/schema";

const marks: Record<LoadHistory["decisions"][number]["kind"], ReactNode> = {
  pause: <IconPlayerPause size={14} />,
  resume: <IconPlayerPlay size={14} />,
  limit: <IconAdjustments size={14} />,
  slots: <IconAdjustments size={14} />,
  slow: <IconArrowsVertical size={14} />,
  move: <IconArrowMoveUp size={14} />,
  stop: <IconSquareX size={14} />,
  session: <IconPlugX size={14} />,
};

interface Props {
  warehouse: { id: string; name: string };
  /** Nothing stands there before the first sample: of one that nobody has used yet there is none. */
  quiet?: boolean;
}

/** The warehouse's own load over the last 24 hours, and on it what the gate did. */
export function LoadChart({ warehouse, quiet = false }: Props) {
  const { data } = useRest<LoadHistory>(`/warehouses/${warehouse.id}/load/history`, 60_000);
  const zone = useZone();
  const time = (at: string) =>
    new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  if (quiet && !data?.points.length) return null;
  if (!data) return <div className={classes.empty} />;
  if (data.points.length === 0)
    return <p className={classes.note}>Its load is drawn here once a worker has looked at it, every 10 s.</p>;
  const top = topOf(data);
  return (
    <figure className={classes.figure} aria-label={`Load of ${warehouse.name} over the last 24 hours`}>
      <div className={classes.plot}>
        <span className={classes.top}>{top}</span>
        <svg viewBox={`0 0 ${wholeWidth} 100`} preserveAspectRatio="none" aria-hidden>
          {linesOf(data, "active").map((line) => (
            <path key={line[0]?.x} d={areaOf(line, top)} className={classes.active} />
          ))}
          {linesOf(data, "waiting").map((line) => (
            <path key={line[0]?.x} d={areaOf(line, top)} className={classes.waiting} />
          ))}
          <path d={stepsOf(linesOf(data, "slots"), top)} className={classes.slots} vectorEffect="non-scaling-stroke" />
        </svg>
        {groupsOf(data).map(({ left, items }) => {
          const words = items.map(({ at, text, by }) => `${time(at)} ${text}${by ? `, by ${by}` : ""}`);
          const more = words.length > 6 ? [`and ${words.length - 6} more`] : [];
          return (
            <Tooltip
              key={left}
              multiline
              maw={320}
              events={{ hover: true, focus: true, touch: true }}
              label={[...words.slice(0, 6), ...more].map((line) => <div key={line}>{line}</div>)}
            >
              <span
                className={classes.mark}
                style={{ left: `${left}%` }}
                role="img"
                // biome-ignore lint/a11y/noNoninteractiveTabindex: what a mark stands for shows on focus, too
                tabIndex={0}
                aria-label={words.join("; ")}
              >
                {marks[items[0]?.kind ?? "limit"]}
              </span>
            </Tooltip>
          );
        })}
      </div>
      <figcaption className={classes.legend}>
        <span>yesterday, {time(data.from)}</span>
        <span className={classes.keys}>
          <i className={classes.keyActive} /> active
          <i className={classes.keyWaiting} /> waiting
          <i className={classes.keySlots} /> slots given
        </span>
        <span>{time(data.to)}</span>
      </figcaption>
      <Numbers data={data} time={time} />
    </figure>
  );
}

const cell = (value: number | null) => (value === null ? "no answer" : value.toLocaleString("en-US"));

/** The same for who does not look at the picture; written once it is opened. */
function Numbers({ data, time }: { data: LoadHistory; time: (at: string) => string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.folded} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>All numbers and decisions</summary>
      {open ? (
        <>
          {data.decisions.length > 0 ? (
            <ul className={classes.decisions}>
              {data.decisions.toReversed().map(({ at, text, by }) => (
                <li key={`${at} ${text}`}>
                  {time(at)} {text}
                  {by ? `, by ${by}` : ""}
                </li>
              ))}
            </ul>
          ) : null}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it too */}
          <section className={classes.scroll} aria-label="All numbers" tabIndex={0}>
            <table className={classes.table}>
              <thead>
                <tr>
                  {["Time", "Active", "Not ours", "Waiting", "Our slots in use", "Before the gate", "Slots given"].map(
                    (name) => (
                      <th key={name} scope="col">
                        {name}
                      </th>
                    ),
                  )}
                </tr>
              </thead>
              <tbody>
                {data.points.toReversed().map(({ at, active, foreign, waiting, used, queued, slots }) => (
                  <tr key={at}>
                    <th scope="row">{time(at)}</th>
                    <td>{cell(active)}</td>
                    <td>{cell(foreign)}</td>
                    <td>{cell(waiting)}</td>
                    <td>{used}</td>
                    <td>{queued}</td>
                    <td>{slots}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      ) : null}
    </details>
  );
}
