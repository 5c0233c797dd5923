import { describe, expect, it } from "vitest";
import { SluiceError } from "@/lib/platform/errors";
import { toDrop } from "./packages";
import { pipFailure, RequirementsError } from "./pip";
import type { Exit } from "./runtime";

const failed: Exit = {
  ...{ code: 1, signal: null, outOfMemory: false, timedOut: false, peakMemoryBytes: null, cpuSeconds: null },
  platform: null,
};

describe("what pip said", () => {
  // As pip 23.0, 25.1 and 25.3 print them.
  it.each([
    [
      "a version that is not there",
      [
        "ERROR: Ignored the following versions that require a different python version: 9.0 Requires-Python >=3.13",
        "ERROR: Could not find a version that satisfies the requirement polars==99 (from versions: 1.33.1, 1.34.0, 1.35.1, 1.35.2)",
        "ERROR: No matching distribution found for polars==99",
      ],
      "There is no polars==99 for this Python.",
      "There is 1.34.0, 1.35.1, 1.35.2.",
    ],
    [
      "a package that is not there, or has no wheel",
      [
        "ERROR: Could not find a version that satisfies the requirement polarz==1 (from versions: none)",
        "ERROR: No matching distribution found for polarz==1",
      ],
      "The package index has no polarz==1 that can be installed here.",
      "have to be compiled",
    ],
    [
      "two that do not go together",
      [
        "ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.",
        "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io",
      ],
      "Cannot install a==1 and b==2 because these package versions have conflicting dependencies.",
      "Change one of the versions.",
    ],
    [
      "anything else",
      ["", "ERROR: Wheel is invalid: x."],
      "pip cannot install the requirements: Wheel is invalid: x.",
      "Change",
    ],
    ["nothing", [], "pip cannot install the requirements: it said nothing.", "Change"],
  ])("is the requirements' fault: %s", (_, said, message, hint) => {
    const error = pipFailure(failed, said);
    expect(error).toBeInstanceOf(RequirementsError);
    expect(error.message).toBe(message);
    expect((error as RequirementsError).hint).toContain(hint);
  });

  it.each([
    [
      "an index that is away",
      [
        "WARNING: Retrying (Retry(total=1, connect=None)) after connection broken by 'NewConnectionError('<pip>: Failed to establish')': /simple/polars/",
        "ERROR: Could not find a version that satisfies the requirement polars==1 (from versions: none)",
      ],
      failed,
      /cannot reach the package index .* PIP_INDEX_URL/,
    ],
    ["no pip", ["/usr/bin/python3: No module named pip"], failed, /npm run python/],
    [
      "a full disk",
      ["ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"],
      failed,
      /disk is full/,
    ],
    ["too slow", [], { ...failed, code: 137, timedOut: true }, /15 minutes/],
    ["an engine that went away", [], { ...failed, platform: "The engine went away." }, /The engine went away/],
  ])("is nobody's fault who wrote them: %s", (_, said, exit, words) => {
    const error = pipFailure(exit, said);
    expect(error).toBeInstanceOf(SluiceError);
    expect(error.message).toMatch(words);
  });
});

describe("sets that nothing wants", () => {
  const day = 24 * 3_600_000;
  const now = 100 * day;
  const set = (place: string, days: number, bytes = 10) => ({ place, bytes, usedAt: now - days * day });
  const places = (...of: Parameters<typeof toDrop>) => toDrop(...of).map(({ place }) => place);

  it("go by age, and beyond the limit the longest unused first", () => {
    expect(places([set("a", 31), set("b", 29)], now, 100)).toEqual(["a"]);
    expect(places([set("a", 2), set("b", 5), set("c", 3)], now, 20)).toEqual(["b"]);
    expect(places([set("a", 2), set("b", 5), set("c", 3)], now, 9)).toEqual(["b", "c", "a"]);
  });

  it("stay where a stage may still read them", () => {
    expect(places([set("a", 0.5), set("b", 0.9)], now, 1)).toEqual([]);
  });
});
