import type { EngineLoad } from "@/lib/warehouses/adapter";

/** What an admin calls hot. */
export interface HeatLimits {
  /** Sessions (of a service: jobs) that wait. */
  hotWaiting: number;
  /** Active sessions, everybody's; null: not looked at. */
  hotActive: number | null;
  /** Age of the oldest transaction (of a service: job), minutes; null: not looked at. */
  hotOldestMinutes: number | null;
  /** Slots of its own that the engine's jobs use; null: not looked at. */
  hotEngineSlots: number | null;
}

/** The same of a row `w` of warehouses. */
export const heatColumns = `w.hot_waiting as "hotWaiting", w.hot_active as "hotActive",
  w.hot_oldest_minutes as "hotOldestMinutes", w.hot_engine_slots as "hotEngineSlots"`;

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

/** "40 s", "12 min", "3 h 5 min". */
function age(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${minutes} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** How hot a warehouse is: the most of what it says, each as a share of what is hot. */
export function heatOf(load: EngineLoad, limits: HeatLimits): Heat {
  const { hotWaiting, hotActive, hotOldestMinutes, hotEngineSlots } = limits;
  const signals: Heat[] = [
    { heat: load.waiting / hotWaiting, words: counted(load.waiting, "session waits", "sessions wait") },
  ];
  if (hotActive !== null)
    signals.push({
      heat: load.active / hotActive,
      words: counted(load.active, "session is active", "sessions are active"),
    });
  if (hotOldestMinutes !== null && load.oldestSeconds !== null) {
    const what = load.engineSlots === undefined ? "transaction" : "job";
    signals.push({
      heat: load.oldestSeconds / (hotOldestMinutes * 60),
      words: `the oldest ${what} is ${age(load.oldestSeconds)} old`,
    });
  }
  if (hotEngineSlots !== null && load.engineSlots !== undefined)
    signals.push({
      heat: load.engineSlots / hotEngineSlots,
      words: counted(load.engineSlots, "BigQuery slot is in use", "BigQuery slots are in use"),
    });
  if (load.cpu !== undefined)
    signals.push({ heat: load.cpu / hotCpu, words: `its processes take ${percent(load.cpu)} of the processors` });
  if (load.memory !== undefined)
    signals.push({ heat: load.memory / hotMemory, words: `its processes take ${percent(load.memory)} of the memory` });
  return signals.reduce((most, one) => (one.heat > most.heat ? one : most));
}
