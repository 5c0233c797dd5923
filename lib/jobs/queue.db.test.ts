import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { closeWake } from "@/lib/platform/wake";
import { testDatabase } from "@/lib/testing/database";
import { buildWarehouse } from "@/lib/testing/factories";
import type { JobQueue, QueuedWork } from "./job";
import { openQueue } from "./queue";

let databaseUrl: string;
let warehouse: string;

beforeAll(async () => {
  databaseUrl = (await testDatabase()).url;
  warehouse = (await buildWarehouse()).id;
});
afterAll(closeWake);

const backends = [
  { name: "PostgreSQL", open: () => openQueue({ databaseUrl }), there: () => true },
  {
    name: "Redis",
    open: () => openQueue({ databaseUrl, redisUrl: inject("redisUrl") ?? "" }),
    there: () => inject("redisUrl") !== null,
  },
];

/** What the gate relies on, whatever carries the work. */
describe.each(backends)("queue on $name", ({ open, there }) => {
  const opened: JobQueue[] = [];
  const queue = () => {
    const one = open();
    opened.push(one);
    return one;
  };
  const work = (): QueuedWork => ({ id: randomUUID(), lease: randomUUID(), warehouse, reader: "r" });

  afterAll(() => Promise.all(opened.map((one) => one.close())));

  it("brings each work once, however often it is added while it waits", async ({ skip }) => {
    skip(!there(), "redis-server is not installed");
    const [producer, consumer] = [queue(), queue()];
    const one = work();
    await Promise.all([producer.enqueue([one]), producer.enqueue([one])]);
    await producer.enqueue([one]);
    const seen: QueuedWork[] = [];
    await consumer.consume(async (got) => void seen.push(got), 4);
    const last = work();
    await producer.enqueue([last]);
    await vi.waitFor(() => expect(seen.map((got) => got.id)).toContain(last.id), 20_000);
    expect(seen).toEqual([one, last]);
    await consumer.pause();
    await consumer.close();
  });

  it("takes the same id again once it has been brought, also after a failure", async ({ skip }) => {
    skip(!there(), "redis-server is not installed");
    const [producer, consumer] = [queue(), queue()];
    let times = 0;
    await consumer.consume(async () => {
      times += 1;
      throw new Error("as if the handler broke");
    }, 1);
    const one = work();
    await producer.enqueue([one]);
    await vi.waitFor(() => expect(times).toBe(1), 20_000);
    await vi.waitFor(async () => {
      await producer.enqueue([one]);
      expect(times).toBeGreaterThan(1);
    }, 20_000);
    await consumer.close();
  });

  it("runs several at once, and none after a pause", async ({ skip }) => {
    skip(!there(), "redis-server is not installed");
    const [producer, consumer] = [queue(), queue()];
    let [now, most] = [0, 0];
    await consumer.consume(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 200));
      now -= 1;
    }, 3);
    await producer.enqueue([work(), work(), work(), work(), work()]);
    await vi.waitFor(() => expect(most).toBe(3), 20_000);
    await vi.waitFor(() => expect(now).toBe(0), 20_000);
    await consumer.pause();
    const after = work();
    await producer.enqueue([after]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(now).toBe(0);
    await consumer.close();
  });

  it("says what waits, what somebody has in hand, and what is not there", async ({ skip }) => {
    skip(!there(), "redis-server is not installed");
    const [producer, consumer] = [queue(), queue()];
    const [one, other, none] = [work(), work(), work()];
    await producer.enqueue([one]);
    expect(await producer.standing([none, one])).toEqual(["gone", "waits"]);
    const done = Promise.withResolvers<void>();
    // What another test left behind goes by: it must not fill the only hand.
    await consumer.consume(async ({ id }) => {
      if (id === one.id) await done.promise;
    }, 1);
    await expect.poll(() => producer.standing([one])).toEqual(["held"]);
    await producer.enqueue([other]);
    expect(await producer.standing([one, other])).toEqual(["held", "waits"]);
    done.resolve();
    await expect.poll(() => producer.standing([one, other])).toEqual(["gone", "gone"]);
    await consumer.close();
  });

  it("says whether it can be reached", async ({ skip }) => {
    skip(!there(), "redis-server is not installed");
    await expect(queue().check()).resolves.toBeUndefined();
  });
});

it("fails at once instead of hanging while Redis is away", async () => {
  const away = openQueue({ databaseUrl, redisUrl: "redis://127.0.0.1:1" });
  await expect(away.check()).rejects.toThrow();
  await expect(away.enqueue([{ id: "a", lease: "b", warehouse, reader: "r" }])).rejects.toThrow();
  await away.close();
});
