import { createPostgresBackend, Queue, Worker, withBackend } from "bullmq";
import type { Sitting } from "./line";
import { inOwnDatabase } from "./own-database";
import { timed } from "./stats";

/** Bare BullMQ on the same backend, one job after the other: add until its handler is called. Milliseconds each. */
export async function bareQueue(sitting: Sitting, times: number): Promise<number[]> {
  const name = `bench-bare-${process.pid}`;
  let queue: Pick<Queue, "add" | "close">;
  let worker: Pick<Worker, "waitUntilReady" | "close">;
  let called: () => void = () => undefined;
  const handle = async () => called();
  if (sitting.product.redisUrl) {
    const connection = { url: sitting.product.redisUrl };
    queue = new Queue(name, { connection });
    worker = new Worker(name, handle, { connection: { ...connection, maxRetriesPerRequest: null }, concurrency: 16 });
  } else {
    const { port, password } = await inOwnDatabase(sitting, async (client) => client);
    const connectionString = `postgres://postgres:${encodeURIComponent(String(password))}@127.0.0.1:${port}/sluice`;
    const bare = withBackend(createPostgresBackend);
    queue = new bare.Queue(name, { connection: { connectionString } });
    worker = new bare.Worker(name, handle, { connection: { connectionString }, concurrency: 16 });
  }
  await worker.waitUntilReady();
  const one = async () => {
    const handled = new Promise<void>((resolve) => (called = resolve));
    await queue.add("one", {}, { removeOnComplete: true });
    await handled;
  };
  const samples = await timed(times, one, 20);
  await worker.close();
  await queue.close();
  return samples;
}
