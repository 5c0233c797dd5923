import { describe, expect, it } from "vitest";
import { ago, duration } from "@/components/ui/duration";

describe("duration", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1400, "1.4 s"],
    [9999, "9.9 s"],
    [59_999, "59 s"],
    [180_000, "3 min"],
    [192_000, "3 min 12 s"],
    [3_600_000, "1 h"],
    [7_500_000, "2 h 5 min"],
  ])("says %i ms as %s", (ms, words) => expect(duration(ms)).toBe(words));
});

describe("ago", () => {
  it.each([
    [2000, "just now"],
    [-2000, "just now"],
    [45_000, "45 s ago"],
    [240_000, "4 min ago"],
    [-7_200_000, "in 2 h"],
    [86_400_000, "1 day ago"],
    [90 * 86_400_000, "3 months ago"],
  ])("says %i ms as %s", (ms, words) => expect(ago(ms)).toBe(words));
});
