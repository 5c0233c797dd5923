import { setTimeout as delay } from "node:timers/promises";
import type { Container, ContainerStats } from "dockerode";

const firstMs = 100;
const everyMs = 1_000;

export interface Highest {
  memoryBytes: number;
  cpuSeconds: number;
}

/** Without what the kernel only keeps of files and gives up when asked: cgroup 1 and 2 call it differently. */
function memoryOf({ memory_stats: memory }: ContainerStats): number {
  // One that has just ended has none.
  const stats = (memory?.stats ?? {}) as Record<string, number | undefined>;
  return Math.max(0, (memory?.usage ?? 0) - (stats.total_inactive_file ?? stats.inactive_file ?? 0));
}

/** Looks at a container while it runs, until `over`. An engine keeps nothing of this for later. */
export async function watchUsage(container: Container, highest: Highest, over: AbortSignal): Promise<void> {
  for (let wait = firstMs; ; wait = Math.min(wait * 2, everyMs)) {
    await delay(wait, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) return;
    // A look that fails is one the less.
    const stats = await container.stats({ stream: false, "one-shot": true }).catch(() => null);
    if (!stats) continue;
    highest.memoryBytes = Math.max(highest.memoryBytes, memoryOf(stats));
    highest.cpuSeconds = Math.max(highest.cpuSeconds, (stats.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e9);
  }
}
