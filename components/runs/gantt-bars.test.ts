import { expect, test } from "vitest";
import { barsOf, spanOf } from "@/components/runs/gantt-bars";

/** So many seconds after the run was made. */
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 6) + seconds * 1_000).toISOString();
const now = (seconds: number) => Date.parse(at(seconds));
const run = (finished: number | null) => ({ createdAt: at(0), finishedAt: finished === null ? null : at(finished) });
const attempt = (queued: number, started: number | null = null, finished: number | null = null) => ({
  queuedAt: at(queued),
  startedAt: started === null ? null : at(started),
  finishedAt: finished === null ? null : at(finished),
});

test("an attempt waits from its place in line to its start, and runs from there to its end", () => {
  // 0 s ── 20 waits ── 50 runs ── 60 ──────── 200, long before it is looked at
  expect(barsOf(run(200), attempt(20, 50, 60), now(9_000))).toEqual({
    waited: { left: 10, width: 15 },
    ran: { left: 25, width: 5 },
  });
});

test("what goes on reaches until now, as its run does", () => {
  expect(barsOf(run(null), attempt(10, 20), now(40))).toEqual({
    waited: { left: 25, width: 25 },
    ran: { left: 50, width: 50 },
  });
  expect(barsOf(run(null), attempt(10), now(40))).toEqual({ waited: { left: 25, width: 75 }, ran: null });
});

test("one that was over before it began has waited until then, and no longer", () => {
  expect(barsOf(run(100), attempt(10, null, 30), now(500))).toEqual({ waited: { left: 10, width: 20 }, ran: null });
});

test("nothing stands outside of the run's own time", () => {
  // In line before the run was made, by another machine's clock, and ended after it.
  expect(barsOf(run(100), attempt(-20, -10, 150), now(500))).toEqual({
    waited: { left: 0, width: 0 },
    ran: { left: 0, width: 100 },
  });
  expect(barsOf(run(100), attempt(110, 120, 130), now(500))).toEqual({
    waited: { left: 100, width: 0 },
    ran: { left: 100, width: 0 },
  });
  // Its end before its start.
  expect(barsOf(run(100), attempt(10, 30, 20), now(500)).ran).toEqual({ left: 30, width: 0 });
});

test("a run that has only been made has a length to divide by", () => {
  expect(barsOf(run(null), attempt(0), now(0))).toEqual({ waited: { left: 0, width: 0 }, ran: null });
  expect([spanOf(run(null), now(0)), spanOf(run(null), now(-5)), spanOf(run(0), now(60))]).toEqual([1, 1, 1]);
  expect([spanOf(run(null), now(60)), spanOf(run(30), now(60))]).toEqual([60_000, 30_000]);
});
