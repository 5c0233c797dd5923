import { describe, expect, it } from "vitest";
import { layOutJson } from "@/components/results/json-layout";

describe("layOutJson", () => {
  it.each([
    { a: [1, { b: null }], c: {}, d: [], e: "x, y: {z}" },
    [],
    [
      [1, 2],
      ['quo"te', "back\\slash"],
    ],
  ])("lays %j out as JSON.stringify does", (value) =>
    expect(layOutJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2)),
  );
  it("keeps numbers that no double holds, and keys that stand twice", () =>
    expect(layOutJson('{"n": 12345678901234567890.10, "n": 1}')).toBe(
      '{\n  "n": 12345678901234567890.10,\n  "n": 1\n}',
    ));
  it("leaves alone what is no object or array", () => {
    expect(layOutJson("12")).toBeNull();
    expect(layOutJson("{broken")).toBeNull();
  });
});
