import { createPostgresBackend, DEFAULT_SCHEMA, runMigrations, withBackend } from "bullmq";
import pg from "pg";
import { logger } from "@/lib/platform/logger";
import { type JobQueue, jobName, jobOptions, type QueuedWork } from "./job";

const { Queue, Worker } = withBackend(createPostgresBackend);
const queueName = "sluice";

const report = (error: Error) => logger.warn({ error: error.message }, "queue (PostgreSQL) reports");

/** BullMQ sends its few statements as text each time; under names of ours a connection parses each of them once. */
function prepare(pool: pg.Pool): pg.Pool {
  const names = new Map<string, string>();
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown;
  const named = (text: unknown, values: unknown, ...rest: unknown[]) => {
    if (typeof text !== "string" || !Array.isArray(values)) return query(text, values, ...rest);
    // What it puts together for lists and counts may differ each time.
    if (!names.has(text) && names.size < 50) names.set(text, `bullmq_${names.size}`);
    const name = names.get(text);
    return query(name ? { name, text, values } : { text, values }, ...rest);
  };
  return Object.assign(pool, { query: named as pg.Pool["query"] });
}

/**
 * One queue for all warehouses in Sluice's own database. No global concurrency: a worker at that limit spins at
 * thousands of transactions a second, and the gate's leases limit what is here anyway.
 */
export function openPostgresQueue(connectionString: string): JobQueue {
  const pools: pg.Pool[] = [];
  let producer: Promise<InstanceType<typeof Queue<QueuedWork>>> | undefined;
  const consumers: InstanceType<typeof Worker<QueuedWork>>[] = [];

  async function connect(max: number): Promise<pg.Pool> {
    const pool = new pg.Pool({
      connectionString,
      max,
      keepAlive: true,
      idleTimeoutMillis: 300_000,
      connectionTimeoutMillis: 10_000,
      query_timeout: 30_000,
      application_name: "sluice queue",
      // What a crash of the server takes from the queue the reconciler puts back: no commit here waits for the disk.
      options: `-c synchronous_commit=off -c search_path=${DEFAULT_SCHEMA}`,
    });
    pool.on("error", report);
    pools.push(pool);
    const client = await pool.connect();
    try {
      await runMigrations(client);
    } finally {
      client.release();
    }
    return prepare(pool);
  }

  async function open() {
    const queue = new Queue<QueuedWork>(queueName, { connection: await connect(1) });
    queue.on("error", report);
    return queue;
  }

  function queue() {
    producer ??= open().catch((error: Error) => {
      producer = undefined;
      throw error;
    });
    return producer;
  }

  return {
    async enqueue(work) {
      const to = await queue();
      const [first] = work;
      if (first && work.length === 1) await to.add(jobName, first, jobOptions(first));
      else await to.addBulk(work.map((data) => ({ name: jobName, data, opts: jobOptions(data) })));
    },
    async consume(handler, concurrency) {
      const consumer = new Worker<QueuedWork>(queueName, (job) => handler(job.data), {
        // One of them listens.
        connection: await connect(3),
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
      await (await producer?.catch(() => undefined))?.close();
      producer = undefined;
      await Promise.all(pools.splice(0).map((pool) => pool.end().catch(() => undefined)));
    },
    async check() {
      await (await queue()).getJobCounts("wait");
    },
  };
}
