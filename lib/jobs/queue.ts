import { env } from "@/lib/platform/env";
import { logger } from "@/lib/platform/logger";
import { withoutSubject } from "@/lib/platform/subject";
import type { Admitted, JobQueue } from "./job";
import { openPostgresQueue } from "./postgres-queue";
import { openRedisQueue } from "./redis-queue";

export interface QueueSettings {
  /** Redis when set: one queue a warehouse. Else PostgreSQL: one queue for all. */
  redisUrl?: string | undefined;
  databaseUrl: string;
}

const holder = globalThis as typeof globalThis & { sluiceQueue?: JobQueue };

/** The process's queue, by its environment; with settings, one of its own. */
export function openQueue(settings?: QueueSettings): JobQueue {
  if (settings) return settings.redisUrl ? openRedisQueue(settings.redisUrl) : openPostgresQueue(settings.databaseUrl);
  holder.sluiceQueue ??= withoutSubject(() =>
    openQueue({ redisUrl: env().REDIS_URL, databaseUrl: env().DATABASE_URL }),
  );
  return holder.sluiceQueue;
}

let offered: Admitted[] = [];
let delivering = false;

/**
 * Puts admitted work on the queue without making its caller wait or fail: the reconciler re-adds what is lost. What
 * comes while the queue is still taking the last goes together after it.
 */
export function offer(admitted: Admitted[]): void {
  offered.push(...admitted);
  if (!delivering) void withoutSubject(deliver);
}

async function deliver(): Promise<void> {
  delivering = true;
  while (offered.length > 0) {
    const now = offered;
    offered = [];
    try {
      await openQueue().enqueue(now);
    } catch (error) {
      const words = "queue did not take admitted work; it will be re-added";
      logger.warn({ error: (error as Error).message }, words);
    }
  }
  delivering = false;
}

export async function closeQueue(): Promise<void> {
  const queue = holder.sluiceQueue;
  delete holder.sluiceQueue;
  await queue?.close();
}
