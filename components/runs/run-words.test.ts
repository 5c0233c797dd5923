import { expect, test } from "vitest";
import {
  artifactWords,
  causeWords,
  intervalWords,
  measured,
  memoryOffer,
  memoryWords,
  notAgainWords,
  waitsWords,
} from "@/components/runs/run-words";
import type { StageView } from "@/lib/runs/schema";

test("an interval is said as its days, where it is of days", () => {
  const words = (from: string, to: string, timeZone: string) => intervalWords({ from, to, timeZone });
  expect(words("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z", "UTC")).toBe("21 Nov 2026");
  expect(words("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", "America/New_York")).toBe("1 Nov 2026");
  expect(words("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "UTC")).toBe("1 Nov 2026 to 30 Nov 2026");
  expect(words("2026-11-21T06:00:00Z", "2026-11-21T07:00:00Z", "UTC")).toBe("21 Nov 2026, 06:00 to 07:00");
  expect(words("2026-11-21T23:30:00Z", "2026-11-22T00:30:00Z", "UTC")).toBe("21 Nov 2026, 23:30 to 22 Nov 2026, 00:30");
});

test("what ran out of memory is offered twice as much", () => {
  const failed = (memoryBytes: number, cause = "out_of_memory") =>
    ({ state: "failed", error: { cause }, limits: { memoryBytes } }) as StageView;
  const done = { ...failed(2 ** 20), state: "succeeded", error: null } as StageView;
  const offered = (...stages: StageView[]) => memoryOffer({ stages, may: { retry: true } });
  const limits = [2 ** 20 * 100, 2 ** 29, 2 ** 30, 2 ** 30 * 0.75];
  expect(limits.map((bytes) => offered(done, failed(bytes)))).toEqual(["200Mi", "1Gi", "2Gi", "1536Mi"]);
  expect(offered(failed(2 ** 29, "program"), failed(2 ** 29))).toBeNull();
  expect(offered(failed(0))).toBeNull();
  expect(offered(done)).toBeNull();
  expect(memoryOffer({ stages: [failed(2 ** 29)], may: { retry: false } })).toBeNull();
});

test("memory is said as limits are written", () => {
  expect([100, 2 ** 20 * 512, 2 ** 30 * 1.5].map(memoryWords)).toEqual(["100 B", "512 MiB", "1.5 GiB"]);
});

test("who waits reads their place in line, and what holds them", () => {
  const waitingFor = "All 8 slots of demo are in use.";
  expect(waitsWords({ waitingFor, place: { warehouse: "demo", position: 2 } })).toBe(
    `2nd in line for demo. ${waitingFor}`,
  );
  expect(waitsWords({ waitingFor: "Every worker is busy.", place: null })).toBe("Every worker is busy.");
  expect(waitsWords({ waitingFor: null, place: null })).toBeNull();
  expect(waitsWords(undefined)).toBeNull();
});

test("a failure names its stage by the title that the page gives it", () => {
  const failed = { stage: "score", title: "Score each of them" };
  const error = "score: It ran out of memory at 1 GiB.";
  expect(causeWords({ error, failed })).toBe("Score each of them: It ran out of memory at 1 GiB.");
  expect(causeWords({ error, failed: { ...failed, title: null } })).toBe(error);
  expect(causeWords({ error: "scores: No rows.", failed })).toBe("scores: No rows.");
  expect(causeWords({ error: null, failed })).toBe("Score each of them failed.");
  expect(causeWords({ error: null, failed: null })).toBe("This run failed.");
});

test("a stage that was ended from outside says why it is not tried again", () => {
  const of = (state: StageView["state"], ...states: string[]) =>
    notAgainWords({ state, attempts: states.map((each) => ({ state: each })) as StageView["attempts"] });
  expect(of("failed", "lost")).toMatch(/may have done its work already/);
  expect(of("failed", ...Array(6).fill("lost"))).toMatch(/^It was tried 6 times/);
  expect(of("waiting", "lost")).toBeNull();
  expect(of("failed", "lost", "failed")).toBeNull();
});

test("what was measured of a try is said as far as it is known", () => {
  const nothing = { rows: null, peakMemoryBytes: null, cpuSeconds: null };
  expect(measured({ rows: 1_204, peakMemoryBytes: 88 * 2 ** 20, cpuSeconds: 1.24 })).toBe(
    "1,204 rows · 88 MiB of memory at most · 1.2 s of processor",
  );
  expect(measured({ ...nothing, peakMemoryBytes: 1.5 * 2 ** 30 })).toBe("1.5 GiB of memory at most");
  expect(measured({ ...nothing, cpuSeconds: 0.04 })).toBe("40 ms of processor");
  expect([0, 1, 2].map((rows) => measured({ ...nothing, rows }))).toEqual(["0 rows", "1 row", "2 rows"]);
  expect(measured(nothing)).toBe("");
});

test("what a stage handed on is said by its rows, where it has them, and its size", () => {
  expect(artifactWords(1_204, 88_000)).toBe("1,204 rows, 88 kB");
  expect(artifactWords(1, 312)).toBe("1 row, 312 B");
  expect(artifactWords(null, 312)).toBe("312 B");
});
