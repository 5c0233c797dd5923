import type { EngineLoad } from "@/lib/warehouses/adapter";

/** What an admin calls hot. */
export interface HeatLimits {
  /** Sessions (of a service: jobs) that wait. */
  hotWaiting: number;
  /** Active sessions, everybody's; null: not looked at. */
  hotActive: number | null;
}

/** Shares of the machine, where the engine is processes of ours. */
const hotCpu = 0.9;
const hotMemory = 0.8;

export interface Heat {
  /** 1 and more is hot. */
  heat: number;
  /** What makes it so: "41 sessions wait". */
  words: string;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const counted = (n: number, one: string, many: string) => `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

/** How hot a warehouse is: the most of what it says, each as a share of what is hot. */
export function heatOf(load: EngineLoad, { hotWaiting, hotActive }: HeatLimits): Heat {
  const signals: Heat[] = [
    { heat: load.waiting / hotWaiting, words: counted(load.waiting, "session waits", "sessions wait") },
  ];
  if (hotActive !== null)
    signals.push({
      heat: load.active / hotActive,
      words: counted(load.active, "session is active", "sessions are active"),
    });
  if (load.cpu !== undefined)
    signals.push({ heat: load.cpu / hotCpu, words: `its processes take ${percent(load.cpu)} of the processors` });
  if (load.memory !== undefined)
    signals.push({ heat: load.memory / hotMemory, words: `its processes take ${percent(load.memory)} of the memory` });
  return signals.reduce((most, one) => (one.heat > most.heat ? one : most));
}
