import { expect, it } from "vitest";
import { compareCells } from "./compare";
import { compareNumbers } from "./number-order";

const order = (a: string, b: string) => Math.sign(compareNumbers(a, b));

it("compares numbers that no double can hold", () => {
  expect(order("5", "1e400")).toBe(-1);
  expect(order("-5", "-1e400")).toBe(1);
  expect(order("1e400", `1${"0".repeat(400)}`)).toBe(0);
  expect(order("1e400", `1${"0".repeat(399)}1`)).toBe(-1);
  expect(order("1e-400", "0")).toBe(1);
  expect(order("1e-400", "0.0")).toBe(1);
  expect(order("1e999999999999", "2e999999999999")).toBe(-1);
  expect(order("9007199254740993", "9007199254740992")).toBe(1);
  expect(order("9007199254740993", "9007199254740992e0")).toBe(1);
});

it("compares by value, however it is written", () => {
  for (const [a, b] of [
    ["1.10", "1.1"],
    ["0", "-0.00"],
    ["1.5e1", "15"],
    ["+3", "3"],
    [".5", "0.50"],
  ] as const)
    expect(order(a, b), `${a} ${b}`).toBe(0);
  expect(order("-2", "-1.5")).toBe(-1);
  expect(order("NaN", "Infinity")).toBe(1);
  expect(order("-Infinity", "-1e400")).toBe(-1);
});

it("compares floats as the doubles that they are", () => {
  expect(compareCells("float", "0.1", "0.10000000000000000001")).toBe(0);
  expect(compareCells("float", "1e+308", "1e400")).toBeLessThan(0);
});
