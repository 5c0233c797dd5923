import classes from "@/components/ui/gate-state.module.css";
import { StateWord } from "@/components/ui/state-word";

export interface Gate {
  slots: number;
  /** Fewer than `slots` while the warehouse is slowed down. */
  slotsNow: number;
  running: number;
  waiting: number;
  paused: boolean;
  reason: string | null;
}

/** A gate's state: an icon, a word, and how full it is. In the top line the word is enough. */
export function GateState({ gate, brief = false }: { gate: Gate; brief?: boolean }) {
  const look = gate.paused ? "paused" : gate.running >= gate.slotsNow ? "full" : "open";
  return (
    <span className={classes.gate} data-gate={look}>
      <StateWord look={look} />
      {brief ? null : (
        <span className={classes.more}>
          {gate.running} of {gate.slotsNow} slots
          {gate.slotsNow < gate.slots ? ` (slowed down from ${gate.slots})` : ""}
          {gate.waiting > 0 ? ` · ${gate.waiting.toLocaleString("en-US")} waiting` : ""}
        </span>
      )}
    </span>
  );
}
