import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { onWake } from "@/lib/platform/wake";
import {
  type Admitted,
  type AttemptHandler,
  isAttempt,
  type JobQueue,
  jobName,
  jobOptions,
  type QueuedAttempt,
  type QueuedWork,
  standingIn,
  type WorkHandler,
} from "./job";

const discoverEveryMs = 5_000;
const report = (error: Error) => logger.warn({ error: error.message }, "queue (Redis) reports");
const answerWithinMs = 2_000;

/** BullMQ waits for ever until Redis is there; whoever adds or asks does not. */
function soon<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("Redis does not answer.")), answerWithinMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const nameOf = (warehouse: string) => `sluice-${warehouse}`;
const attemptsName = "sluice-attempts";
const queueFor = (one: Admitted) => (isAttempt(one) ? attemptsName : nameOf(one.warehouse));

/**
 * One queue a warehouse, so that one warehouse's backlog stands before no other's. Its global concurrency stays
 * off: a job whose worker died counts there until BullMQ's own recovery a minute later, and would hold a slot
 * that the gate has long given on.
 */
export function openRedisQueue(url: string): JobQueue {
  // A producer's command fails after a second try instead of waiting for Redis to come back.
  const producing = new Redis(url, { maxRetriesPerRequest: 1, lazyConnect: true });
  producing.on("error", report);
  const queues = new Map<string, Queue<Admitted>>();
  const consumers = new Map<string, Worker<QueuedWork>>();
  const stageHands: Worker<QueuedAttempt>[] = [];
  const endings: (() => void)[] = [];
  let open = true;

  function queueOf(name: string): Queue<Admitted> {
    let queue = queues.get(name);
    if (!queue) {
      queue = new Queue<Admitted>(name, { connection: producing });
      queue.on("error", report);
      queues.set(name, queue);
    }
    return queue;
  }

  /** A queue that was opened while Redis was away refuses for ever after: the next try opens another. */
  async function ask<T>(one: Admitted, question: (queue: Queue<Admitted>) => Promise<T>): Promise<T> {
    const name = queueFor(one);
    const queue = queueOf(name);
    try {
      return await question(queue);
    } catch (error) {
      if (queues.get(name) === queue) queues.delete(name);
      queue.close().catch(() => undefined);
      throw error;
    }
  }

  function consumeFrom(warehouse: string, handler: WorkHandler, concurrency: number): void {
    if (consumers.has(warehouse) || !open) return;
    const consumer = new Worker<QueuedWork>(nameOf(warehouse), (job) => handler(job.data), {
      connection: { url, maxRetriesPerRequest: null },
      concurrency,
    });
    consumer.on("error", report);
    consumers.set(warehouse, consumer);
  }

  async function discover(handler: WorkHandler, concurrency: number): Promise<void> {
    const rows = await sql<{ id: string }>("queue_warehouses", "select id from warehouses", []);
    for (const { id } of rows) consumeFrom(id, handler, concurrency);
    for (const [id, consumer] of consumers) {
      if (rows.some((row) => row.id === id)) continue;
      consumers.delete(id);
      await consumer.close();
    }
  }

  const everyConsumer = () => [...consumers.values(), ...stageHands];

  return {
    async enqueue(admitted) {
      const add = (one: Admitted) => ask(one, (queue) => queue.add(jobName, one, jobOptions(one)));
      await soon(Promise.all(admitted.map(add)));
    },
    async standing(admitted) {
      return soon(Promise.all(admitted.map((one) => ask(one, (queue) => standingIn(queue, one)))));
    },
    async consumeAttempts(handler: AttemptHandler, concurrency) {
      const connection = { url, maxRetriesPerRequest: null };
      const consumer = new Worker<QueuedAttempt>(attemptsName, (job) => handler(job.data), { connection, concurrency });
      consumer.on("error", report);
      stageHands.push(consumer);
      await consumer.waitUntilReady();
    },
    async consume(handler, concurrency) {
      const look = () => void discover(handler, concurrency).catch(report);
      const timer = setInterval(look, discoverEveryMs);
      endings.push(() => clearInterval(timer), onWake("gate", "*", look));
      await discover(handler, concurrency);
      await Promise.all([...consumers.values()].map((consumer) => consumer.waitUntilReady()));
    },
    async pause() {
      open = false;
      for (const end of endings.splice(0)) end();
      await Promise.all(everyConsumer().map((consumer) => consumer.pause(true)));
    },
    async close() {
      open = false;
      for (const end of endings.splice(0)) end();
      const closing = everyConsumer().map((consumer) => consumer.close(true));
      closing.push(...[...queues.values()].map((queue) => queue.close()));
      await soon(Promise.all(closing)).catch(() => undefined);
      producing.disconnect();
    },
    async check() {
      await soon(producing.ping());
    },
  };
}
