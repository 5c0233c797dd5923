import { IconCircleFilled, IconHourglass, IconPlayerPause } from "@tabler/icons-react";
import type { GateView } from "@/lib/gate/schema";
import classes from "./editor.module.css";

/** How the gate before the chosen warehouse stands: an icon and a word, and the slots that are taken. */
export function GateMark({ gate }: { gate: GateView }) {
  const slots = `${gate.running} of ${gate.slots} slots`;
  const line = gate.waiting > 0 ? `, ${gate.waiting} waiting` : "";
  if (gate.paused) {
    return (
      <span className={classes.gate} data-state="late">
        <IconPlayerPause size={14} aria-hidden />
        Paused{gate.reason ? `: ${gate.reason}` : ""}
        {line}
      </span>
    );
  }
  if (gate.running >= gate.slots) {
    return (
      <span className={classes.gate} data-state="late">
        <IconHourglass size={14} aria-hidden />
        Full, {slots}
        {line}
      </span>
    );
  }
  return (
    <span className={classes.gate} data-state="open">
      <IconCircleFilled size={8} aria-hidden />
      Open, {slots}
      {line}
    </span>
  );
}
