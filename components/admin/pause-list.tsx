"use client";

import { Button } from "@mantine/core";
import classes from "@/components/admin/load.module.css";
import { api } from "@/components/ui/api";
import { Refusal } from "@/components/ui/refusal";
import { RelativeTime } from "@/components/ui/time";
import { useAction } from "@/components/ui/use-action";
import type { LoadView, PauseView } from "@/lib/gate/schema";

/** What holds work back here, each with its reason, its end, who set it, and the way to end it. */
export function PauseList({ load, onChange }: { load: LoadView; onChange: () => Promise<void> }) {
  return load.pauses.map((pause) => <One key={pause.id} pause={pause} gate={load.gate} onChange={onChange} />);
}

function One({ pause, gate, onChange }: { pause: PauseView; gate: LoadView["gate"]; onChange: () => Promise<void> }) {
  const { run, busy, problem } = useAction();
  const end = () =>
    run(async () => {
      await api("DELETE", `/pauses/${pause.id}`);
      await onChange();
    });
  return (
    <div className={classes.pause}>
      <b>{whatOf(pause)}</b>
      <span>{pause.reason ?? "No reason was given."}</span>
      {pause.drain ? <span>{drained(gate.running)}</span> : null}
      <span className={classes.by}>
        {pause.by ? `Paused by ${pause.by.name}` : "Paused"} <RelativeTime at={pause.at} />
        {pause.until ? `, until ${timeOf(pause.until)}` : ""}
      </span>
      <Button variant="subtle" size="compact-sm" loading={busy} onClick={end} aria-label={`End: ${whatOf(pause)}`}>
        End it
      </Button>
      <Refusal>{problem?.message}</Refusal>
    </div>
  );
}

const drained = (running: number) =>
  running === 0 ? "Empty: nothing runs any more." : `Draining: ${running.toLocaleString("en-US")} still running.`;

/** "Lane scheduled, backfill paused, everywhere". */
function whatOf({ of, targets, drain, warehouse }: PauseView): string {
  const names = targets.map(({ name }) => name).join(", ");
  const words = of === "everything" ? (drain ? "Drained" : "Everything is paused") : `Paused: ${of} ${names}`;
  return warehouse ? words : `${words}, at all warehouses`;
}

/** In the reader's own zone: the end is soon. */
const timeOf = (at: string) =>
  new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(new Date(at));
