import { fork } from "node:child_process";
import { createPostgresBackend, Queue, Worker, withBackend } from "bullmq";
import type { Sitting } from "./line";
import { inOwnDatabase } from "./own-database";
import { timed } from "./stats";

/** Milliseconds of the machine's one steady clock, the same for all its processes. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

function bareWorker(name: string, url: string, handle: () => Promise<void>): Pick<Worker, "waitUntilReady" | "close"> {
  if (url.startsWith("redis:")) {
    return new Worker(name, handle, { connection: { url, maxRetriesPerRequest: null }, concurrency: 16 });
  }
  const bare = withBackend(createPostgresBackend);
  return new bare.Worker(name, handle, { connection: { connectionString: url }, concurrency: 16 });
}

/** The other process: says when each job's handler was called. */
export async function serveBareWorker(name: string, url: string): Promise<void> {
  const worker = bareWorker(name, url, async () => void process.send?.(now()));
  await worker.waitUntilReady();
  process.send?.("ready");
  process.once("disconnect", () => process.exit(0));
}

/**
 * Bare BullMQ on the same backend, one job after the other: add until its handler is called. Milliseconds each. In one
 * process, which is the least there can be; and from one process to another, as work goes from web to worker.
 */
export async function bareQueue(sitting: Sitting, times: number): Promise<{ within: number[]; across: number[] }> {
  const name = `bench-bare-${process.pid}`;
  const url = sitting.product.redisUrl ?? (await ownUrl(sitting));
  const connect = (own: string): Pick<Queue, "add" | "close"> => {
    if (url.startsWith("redis:")) return new Queue(own, { connection: { url } });
    return new (withBackend(createPostgresBackend).Queue)(own, { connection: { connectionString: url } });
  };
  let called: (at: number) => void = () => undefined;
  const round = async (queue: Pick<Queue, "add">): Promise<number> => {
    const handled = new Promise<number>((resolve) => (called = resolve));
    const from = now();
    await queue.add("one", {}, { removeOnComplete: true });
    return (await handled) - from;
  };

  const queue = connect(name);
  const worker = bareWorker(name, url, async () => called(now()));
  await worker.waitUntilReady();
  const within = await timed(times, () => round(queue), 20);
  await worker.close();
  await queue.close();

  const further = `${name}-across`;
  const other = connect(further);
  const child = fork(process.argv[1] ?? "", ["bare-worker", further, url]);
  await new Promise((resolve) => child.once("message", resolve));
  child.on("message", (at) => called(Number(at)));
  const across: number[] = [];
  for (let n = 0; n < times + 20; n++) across.push(await round(other));
  child.disconnect();
  await other.close();
  return { within, across: across.slice(20) };
}

async function ownUrl(sitting: Sitting): Promise<string> {
  const { port, password } = await inOwnDatabase(sitting, async (client) => client);
  return `postgres://postgres:${encodeURIComponent(String(password))}@127.0.0.1:${port}/sluice`;
}
