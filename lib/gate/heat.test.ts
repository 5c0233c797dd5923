import { describe, expect, it } from "vitest";
import type { EngineLoad } from "@/lib/warehouses/adapter";
import { type HeatLimits, heatOf } from "./heat";

const quiet: EngineLoad = {
  ...{ active: 0, waiting: 0, idleInTransaction: 0, blocked: 0, foreign: 0 },
  ...{ oldestSeconds: null, whole: true },
};
const limits: HeatLimits = { hotWaiting: 4, hotActive: 10, hotOldestMinutes: null, hotEngineSlots: null };
const heat = (load: Partial<EngineLoad>, more: Partial<HeatLimits> = {}) =>
  heatOf({ ...quiet, ...load }, { ...limits, ...more });

describe("the heat of a warehouse", () => {
  it("is what waits and what is active, each as a share of what an admin calls hot", () => {
    expect(heat({ waiting: 1 })).toEqual({ heat: 0.25, words: "1 session waits" });
    expect(heat({ waiting: 1, active: 15 })).toEqual({ heat: 1.5, words: "15 sessions are active" });
    expect(heat({ waiting: 1, active: 15 }, { hotActive: null })).toEqual({ heat: 0.25, words: "1 session waits" });
  });

  it.each([
    [{ cpu: 0.45, memory: 0.2 }, 0.5, "its processes take 45 % of the processors"],
    [{ cpu: 0.9, memory: 0.2 }, 1, "its processes take 90 % of the processors"],
    [{ cpu: 0.2, memory: 0.8 }, 1, "its processes take 80 % of the memory"],
    // The memory is hot before the processors are.
    [{ cpu: 0.85, memory: 0.85 }, 0.85 / 0.8, "its processes take 85 % of the memory"],
  ])("is of an engine of our own processes also their share of the machine: %o", (load, share, words) => {
    const found = heat(load);
    expect(found.heat).toBeCloseTo(share);
    expect(found.words).toBe(words);
  });

  it.each([
    [{ oldestSeconds: 20 }, 20 / 1_800, "the oldest transaction is 20 s old"],
    [{ oldestSeconds: 2_759 }, 2_759 / 1_800, "the oldest transaction is 45 min old"],
    [{ oldestSeconds: 7_200 }, 4, "the oldest transaction is 2 h old"],
    [{ oldestSeconds: 100 * 3_600 + 300 }, 360_300 / 1_800, "the oldest transaction is 100 h 5 min old"],
    // A service has jobs.
    [{ oldestSeconds: 2_700, engineSlots: 0 }, 1.5, "the oldest job is 45 min old"],
    [{ oldestSeconds: null }, 0, "0 sessions wait"],
  ])("is also the age of what is oldest, where an admin has said which is too much: %o", (load, share, words) => {
    expect(heat(load, { hotOldestMinutes: 30 })).toEqual({ heat: share, words });
    expect(heat(load)).toEqual({ heat: 0, words: "0 sessions wait" });
  });

  it("is also BigQuery's slots, where an admin has said how many are too many", () => {
    const load = { engineSlots: 1_500, active: 5 };
    expect(heat(load)).toEqual({ heat: 0.5, words: "5 sessions are active" });
    expect(heat(load, { hotEngineSlots: 1_000 })).toEqual({ heat: 1.5, words: "1,500 BigQuery slots are in use" });
    expect(heat({ engineSlots: 1 }, { hotEngineSlots: 4 }).words).toBe("1 BigQuery slot is in use");
    expect(heat({ active: 5 }, { hotEngineSlots: 1 }).words).toBe("5 sessions are active");
  });

  it("is the most of all that is said", () => {
    const set = { hotOldestMinutes: 10, hotEngineSlots: 100 };
    const load = { waiting: 8, oldestSeconds: 1_200, engineSlots: 200 };
    expect(heat({ ...load, waiting: 9 }, set).words).toBe("9 sessions wait");
    expect(heat({ ...load, oldestSeconds: 1_260 }, set).words).toBe("the oldest job is 21 min old");
    expect(heat({ ...load, engineSlots: 201 }, set).words).toBe("201 BigQuery slots are in use");
    expect(heat({ waiting: 8, active: 15, cpu: 1, memory: 1 }).words).toBe("8 sessions wait");
    expect(heat({ waiting: 4, active: 15, cpu: 1, memory: 1 }).words).toBe("15 sessions are active");
    expect(heat({ waiting: 4, active: 10, cpu: 1, memory: 0.1 }).words).toBe(
      "its processes take 100 % of the processors",
    );
  });
});
