import { describe, expect, it } from "vitest";
import type { EngineLoad } from "@/lib/warehouses/adapter";
import { heatOf } from "./heat";

const quiet: EngineLoad = {
  ...{ active: 0, waiting: 0, idleInTransaction: 0, blocked: 0, foreign: 0 },
  ...{ oldestSeconds: null, whole: true },
};
const limits = { hotWaiting: 4, hotActive: 10 };
const heat = (load: Partial<EngineLoad>, more: Partial<typeof limits> | { hotActive: null } = {}) =>
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

  it("is the most of all that is said", () => {
    expect(heat({ waiting: 8, active: 15, cpu: 1, memory: 1 }).words).toBe("8 sessions wait");
    expect(heat({ waiting: 4, active: 15, cpu: 1, memory: 1 }).words).toBe("15 sessions are active");
    expect(heat({ waiting: 4, active: 10, cpu: 1, memory: 0.1 }).words).toBe(
      "its processes take 100 % of the processors",
    );
  });
});
