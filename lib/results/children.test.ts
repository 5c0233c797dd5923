import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { ChildPool } from "./children";
import type { Nursery } from "./nursery";

/** A child that answers when told. */
class Fake extends EventEmitter {
  asked: number[] = [];
  channel = undefined;
  send({ id }: { id: number }): void {
    this.asked.push(id);
  }
  answer(): void {
    this.emit("message", { id: this.asked.at(-1), ok: true, value: "done" });
  }
  kill(): void {}
  ref(): void {}
  unref(): void {}
}

function setUp(max: number) {
  const children: Fake[] = [];
  const take = () => children[children.push(new Fake()) - 1];
  return { children, pool: new ChildPool<object>({ take } as unknown as Nursery, () => max) };
}

const job = { request: {}, deadlineMs: 60_000 };

it("says when a job has its child, and not while it waits for one", async () => {
  const { children, pool } = setUp(1);
  const taken: string[] = [];
  const first = pool.run({ ...job, onTaken: () => taken.push("first") });
  const second = pool.run({ ...job, onTaken: () => taken.push("second") });
  await Promise.resolve();
  expect(taken).toEqual(["first"]);
  children[0]?.answer();
  expect(await first).toBe("done");
  await expect.poll(() => taken).toEqual(["first", "second"]);
  children[0]?.answer();
  expect(await second).toBe("done");
  pool.close();
});

it("lets who gives up leave the queue, and gives the child to the next", async () => {
  const { children, pool } = setUp(1);
  const first = pool.run(job);
  const stop = new AbortController();
  const gone = pool.run({ ...job, signal: stop.signal });
  const next = pool.run(job);
  stop.abort();
  await expect(gone).rejects.toMatchObject({ kind: "deadline" });
  children[0]?.answer();
  await first;
  await expect.poll(() => children[0]?.asked.length).toBe(2);
  children[0]?.answer();
  expect(await next).toBe("done");
  expect(children).toHaveLength(1);
  pool.close();
});
