import { expect, it } from "vitest";
import type { LoadHistory } from "@/lib/gate/schema";
import { areaOf, groupsOf, linesOf, stepsOf, topOf } from "./load-lines";

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 5) + minutes * 60_000).toISOString();
const point = (minutes: number, active: number | null, slots = 8) => ({
  ...{ at: at(minutes), active, foreign: 0, waiting: active, heat: null, used: 0, queued: 0, slots },
});
const decision = (minutes: number, text: string) => ({ at: at(minutes), kind: "slow" as const, text, by: null });
const history: LoadHistory = {
  ...{ from: at(0), to: at(1_000), minutes: 5 },
  points: [point(0, 2), point(5, 4), point(10, null), point(15, 16), point(500, 1, 4)],
  decisions: [decision(100, "a"), decision(110, "b"), decision(400, "c")],
};

it("draws no line over a silence", () => {
  expect(linesOf(history, "active").map((line) => line.map(({ x, value }) => [x, value]))).toEqual([
    [
      [0, 2],
      [5, 4],
    ],
    [[15, 16]],
    [[500, 1]],
  ]);
  expect(linesOf(history, "slots")).toHaveLength(2);
});

it("stands on its ground and under its upper edge", () => {
  expect(topOf(history)).toBe(16);
  const [line = []] = linesOf(history, "active");
  expect(areaOf(line, 16)).toBe("M0 100L0 88H5L5 76H10L10 100Z");
  expect(stepsOf(linesOf(history, "slots").slice(1), 16)).toBe("M500 76H505");
});

it("puts marks that would cover one another under one", () => {
  expect(groupsOf(history).map(({ left, items }) => [left, items.map(({ text }) => text)])).toEqual([
    [10, ["a", "b"]],
    [40, ["c"]],
  ]);
});
