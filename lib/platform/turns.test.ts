import { expect, it } from "vitest";
import { Turns } from "./turns";

it("lets so many work, so many wait in order, and refuses the rest", async () => {
  const turns = new Turns(2, 2, "Full.");
  const ends: (() => void)[] = [];
  const began: number[] = [];
  const work = (n: number) =>
    turns.run(() => {
      began.push(n);
      return new Promise<number>((resolve) => ends.push(() => resolve(n)));
    });
  const first = [work(0), work(1), work(2), work(3)];
  await expect(work(4)).rejects.toMatchObject({ code: "rate_limited", message: "Full." });
  expect(began).toEqual([0, 1]);
  for (const at of [0, 1, 2, 3]) {
    await expect.poll(() => ends.length).toBeGreaterThan(at);
    ends[at]?.();
  }
  expect(await Promise.all(first)).toEqual([0, 1, 2, 3]);
  expect(began).toEqual([0, 1, 2, 3]);
  expect(turns.idle).toBe(true);
});

it("hands on the turn of what failed", async () => {
  const turns = new Turns(1, 1, "Full.");
  const failed = turns.run(() => Promise.reject(new Error("broken")));
  const next = turns.run(async () => "next");
  await expect(failed).rejects.toThrow("broken");
  expect(await next).toBe("next");
});
