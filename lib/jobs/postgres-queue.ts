import { createPostgresBackend, withBackend } from "bullmq";
import { logger } from "@/lib/platform/logger";
import { type JobQueue, jobName, jobOptions, type QueuedWork } from "./job";

const { Queue, Worker } = withBackend(createPostgresBackend);
const queueName = "sluice";

const report = (error: Error) => logger.warn({ error: error.message }, "queue (PostgreSQL) reports");

/**
 * One queue for all warehouses in Sluice's own database. No global concurrency: a worker at that limit spins at
 * thousands of transactions a second, and the gate's leases limit what is here anyway.
 */
export function openPostgresQueue(connectionString: string): JobQueue {
  // What a crash of the server takes from the queue the reconciler puts back: no commit here waits for the disk.
  const options = "-c synchronous_commit=off";
  const connection = (max: number) => ({ connectionString, migrate: true, max, keepAlive: true, options });
  let producer: InstanceType<typeof Queue<QueuedWork>> | undefined;
  const consumers: InstanceType<typeof Worker<QueuedWork>>[] = [];

  function queue() {
    if (!producer) {
      producer = new Queue<QueuedWork>(queueName, { connection: connection(2) });
      producer.on("error", report);
    }
    return producer;
  }

  return {
    async enqueue(work) {
      const [first] = work;
      if (first && work.length === 1) await queue().add(jobName, first, jobOptions(first));
      else await queue().addBulk(work.map((data) => ({ name: jobName, data, opts: jobOptions(data) })));
    },
    async consume(handler, concurrency) {
      const consumer = new Worker<QueuedWork>(queueName, (job) => handler(job.data), {
        connection: connection(3),
        concurrency,
      });
      consumer.on("error", report);
      consumers.push(consumer);
      await consumer.waitUntilReady();
    },
    async pause() {
      await Promise.all(consumers.map((consumer) => consumer.pause(true)));
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.close(true)));
      await producer?.close();
      producer = undefined;
    },
    async check() {
      await queue().getJobCounts("wait");
    },
  };
}
