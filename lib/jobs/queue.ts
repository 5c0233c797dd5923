import { env } from "@/lib/platform/env";
import { logger } from "@/lib/platform/logger";
import type { JobQueue, QueuedWork } from "./job";
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
  holder.sluiceQueue ??= openQueue({ redisUrl: env().REDIS_URL, databaseUrl: env().DATABASE_URL });
  return holder.sluiceQueue;
}

/** Puts admitted work on the queue without making its caller wait or fail: the reconciler re-adds what is lost. */
export function offer(work: QueuedWork[]): void {
  if (work.length === 0) return;
  openQueue()
    .enqueue(work)
    .catch((error: Error) =>
      logger.warn({ error: error.message }, "queue did not take admitted work; it will be re-added"),
    );
}

export async function closeQueue(): Promise<void> {
  const queue = holder.sluiceQueue;
  delete holder.sluiceQueue;
  await queue?.close();
}
