import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LogEnd } from "./log-end";

vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number, value: unknown) => new Promise((resolve) => setTimeout(() => resolve(value), ms)),
}));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Keeps lines `times` times, `everyMs` apart, and ends. */
async function logOf(end: LogEnd, times: number, everyMs: number): Promise<void> {
  for (let at = 0; at < times; at++) {
    await delay(everyMs);
    await end.during(Promise.resolve());
  }
}

async function answer(end: LogEnd, log: Promise<unknown>): Promise<boolean> {
  const reached = end.reached(log);
  await vi.advanceTimersByTimeAsync(600_000);
  return reached;
}

test("a log that goes on coming is waited for to its end", async () => {
  const end = new LogEnd();
  expect(await answer(end, logOf(end, 20, 20_000))).toBe(true);
});

test("lines that wait for the database are waited for", async () => {
  const end = new LogEnd();
  expect(await answer(end, end.during(delay(200_000)))).toBe(true);
});

test("a log of which nothing comes any more is given up", async () => {
  const end = new LogEnd();
  expect(await answer(end, logOf(end, 3, 40_000))).toBe(false);
});
