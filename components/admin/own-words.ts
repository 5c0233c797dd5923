import { duration } from "@/components/ui/duration";
import type { LoadView } from "@/lib/gate/schema";

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Who does not say it. */
const silent: Record<string, string> = { redshift: "Redshift does not say" };

/** How busy a warehouse is by its own word, in a sentence or two. */
export function ownWords(own: NonNullable<LoadView["warehouseLoad"]>, engine: string): string {
  const { active, foreign, waiting, blocked, idleInTransaction, cpu, memory = 0, whole, engineSlots } = own;
  if (cpu !== undefined)
    return `Its processes: ${active}, with ${percent(cpu)} of the processors and ${percent(memory)} of the memory.`;
  const who = whole
    ? "The warehouse itself, everybody's work included"
    : "The warehouse itself, as far as the reader sees it: its own sessions only";
  const parts = [
    `${active} active (${foreign} not ours)`,
    `${waiting} waiting`,
    ...(blocked === null ? [] : [`${blocked} of them for locks`]),
    ...(idleInTransaction === null ? [] : [`${idleInTransaction} idle in a transaction`]),
    ...(engineSlots === undefined ? [] : [`${engineSlots.toLocaleString("en-US")} BigQuery slots in use`]),
  ];
  const unknown = [
    ...(blocked === null ? ["how many wait for locks"] : []),
    ...(idleInTransaction === null ? ["how many are idle in a transaction"] : []),
  ].join(" or ");
  const notSaid = unknown ? ` ${silent[engine] ?? "The reader is not told"} ${unknown}.` : "";
  const oldest = own.oldestSeconds ? ` Its oldest transaction is ${duration(own.oldestSeconds * 1_000)} old.` : "";
  return `${who}: ${parts.join(", ")}.${notSaid}${oldest}`;
}
