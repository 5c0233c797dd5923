import { createPostgresBackend, DEFAULT_SCHEMA, runMigrations, withBackend } from "bullmq";
import pg from "pg";
import { logger } from "@/lib/platform/logger";
import {
  type Admitted,
  isAttempt,
  type JobQueue,
  jobName,
  jobOptions,
  type QueuedAttempt,
  type QueuedWork,
  standingIn,
} from "./job";

const { Queue, Worker } = withBackend(createPostgresBackend);
const queueName = "sluice";
const attemptsName = "sluice-attempts";

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

type Producer<Piece extends Admitted> = InstanceType<typeof Queue<Piece>>;

interface Hands {
  concurrency: number;
  connections: number;
}

async function add<Piece extends Admitted>(to: Producer<Piece>, pieces: Piece[]): Promise<void> {
  const queue = to as unknown as InstanceType<typeof Queue<Admitted>>;
  const [first] = pieces;
  if (first && pieces.length === 1) await queue.add(jobName, first, jobOptions(first));
  else await queue.addBulk(pieces.map((data) => ({ name: jobName, data, opts: jobOptions(data) })));
}

/**
 * One queue for all warehouses in Sluice's own database. No global concurrency: a worker at that limit spins at
 * thousands of transactions a second, and the gate's leases limit what is here anyway.
 */
export function openPostgresQueue(connectionString: string): JobQueue {
  let opened: Promise<pg.Pool> | undefined;
  let producers: Promise<{ work: Producer<QueuedWork>; attempts: Producer<QueuedAttempt> }> | undefined;
  const consumers: InstanceType<typeof Worker>[] = [];

  /** One pool for all, with room for so many more. */
  async function connect(more: number): Promise<pg.Pool> {
    opened ??= openPool().catch((error: Error) => {
      opened = undefined;
      throw error;
    });
    const pool = await opened;
    pool.options.max += more;
    return pool;
  }

  async function openPool(): Promise<pg.Pool> {
    const pool = new pg.Pool({
      connectionString,
      max: 1,
      keepAlive: true,
      idleTimeoutMillis: 300_000,
      connectionTimeoutMillis: 10_000,
      query_timeout: 30_000,
      application_name: "sluice queue",
      // What a crash of the server takes from the queue the reconciler puts back: no commit here waits for the disk.
      options: `-c synchronous_commit=off -c search_path=${DEFAULT_SCHEMA}`,
    });
    pool.on("error", report);
    try {
      const client = await pool.connect();
      try {
        await runMigrations(client);
      } finally {
        client.release();
      }
      return prepare(pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  async function open() {
    const connection = await connect(0);
    const work: Producer<QueuedWork> = new Queue<QueuedWork>(queueName, { connection });
    const attempts: Producer<QueuedAttempt> = new Queue<QueuedAttempt>(attemptsName, { connection });
    for (const queue of [work, attempts]) queue.on("error", report);
    return { work, attempts };
  }

  function queues() {
    producers ??= open().catch((error: Error) => {
      producers = undefined;
      throw error;
    });
    return producers;
  }

  async function consumeFrom<Piece>(name: string, handler: (piece: Piece) => Promise<void>, hands: Hands) {
    const consumer = new Worker<Piece>(name, (job) => handler(job.data as Piece), {
      connection: await connect(hands.connections),
      concurrency: hands.concurrency,
    });
    consumer.on("error", report);
    consumers.push(consumer as InstanceType<typeof Worker>);
    await consumer.waitUntilReady();
  }

  return {
    async enqueue(admitted) {
      const { work, attempts } = await queues();
      const pieces = admitted.filter((one) => !isAttempt(one));
      if (pieces.length > 0) await add(work, pieces);
      const stages = admitted.filter(isAttempt);
      if (stages.length > 0) await add(attempts, stages);
    },
    async standing(admitted) {
      const { work, attempts } = await queues();
      return Promise.all(admitted.map((one) => standingIn(isAttempt(one) ? attempts : work, one)));
    },
    // Of each one connection listens; stages come too seldom for another of their own.
    consume: (handler, concurrency) => consumeFrom(queueName, handler, { concurrency, connections: 2 }),
    consumeAttempts: (handler, concurrency) => consumeFrom(attemptsName, handler, { concurrency, connections: 1 }),
    async pause() {
      await Promise.all(consumers.map((consumer) => consumer.pause(true)));
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.close(true)));
      const open = await producers?.catch(() => undefined);
      producers = undefined;
      await Promise.all([open?.work.close(), open?.attempts.close()]);
      await (await opened?.catch(() => undefined))?.end().catch(() => undefined);
      opened = undefined;
    },
    async check() {
      await (await queues()).work.getJobCounts("wait");
    },
  };
}
