import { expect, it } from "vitest";
import { type Command, parse } from "./command";
import { csv } from "./csv";
import {
  both,
  changesFromFlags,
  either,
  fromFlags,
  onOff,
  orNone,
  search,
  switches,
  texts,
  whole,
  zeroIsNone,
} from "./from-flags";
import { place } from "./place";

const value = { value: "X", help: "" };
const command: Command = {
  name: "gate heat",
  words: ["[warehouse]"],
  summary: "",
  flags: { q: value, slots: value, alert: value, webhook: value, "slow-down": value, mine: { help: "" } },
  run: async () => undefined,
};
const given = (...args: string[]) => parse(command, args);
const fields = {
  ...texts("q"),
  ...switches("mine"),
  slots: whole("slots", 1),
  alertMinutes: zeroIsNone("alert"),
  webhook: orNone("webhook"),
  slowDown: onOff("slow-down"),
};

it("takes what was given, and no other field", () => {
  expect(fromFlags(given("demo"), fields)).toEqual({});
  const args = "--q ana --mine --slots 3 --alert 15 --webhook https://a.example --slow-down off".split(" ");
  expect(fromFlags(given(...args), fields)).toEqual({
    ...{ q: "ana", mine: true, slots: 3, alertMinutes: 15, webhook: "https://a.example", slowDown: false },
  });
  const none = fromFlags(given("--alert", "0", "--webhook", "none"), fields);
  expect(none).toEqual({ alertMinutes: null, webhook: null });
});

it("refuses what a flag does not take, and a change of nothing, by the flags' names", () => {
  expect(() => fromFlags(given("--slots", "0"), fields)).toThrow("--slots takes a whole number of at least 1");
  expect(() => fromFlags(given("--alert", "soon"), fields)).toThrow("--alert takes");
  expect(() => fromFlags(given("--slow-down", "yes"), fields)).toThrow('--slow-down is on or off, not "yes".');
  expect(() => changesFromFlags(given("demo"), { slots: whole("slots"), alert: zeroIsNone("alert") })).toThrow(
    "Say what to change: --slots or --alert.",
  );
  expect(changesFromFlags(given("--alert", "0"), { alert: zeroIsNone("alert") })).toEqual({ alert: null });
});

it("writes addresses, lists in words, and CSV", () => {
  expect(place("warehouses", "a/b c", "gate")).toBe("/warehouses/a%2Fb%20c/gate");
  expect(search({ q: "a&b", limit: 5 })).toBe("?q=a%26b&limit=5");
  expect(search({})).toBe("");
  expect([either(["a"]), either(["a", "b"]), either(["a", "b", "c"])]).toEqual(["a", "a or b", "a, b or c"]);
  expect([both(["a"]), both(["a", "b"]), both(["a", "b", "c"])]).toEqual(["a", "a and b", "a, b and c"]);
  const rows = [
    ['say "hi"', null],
    ["a,b", 0],
    ["c\nd", 1],
  ];
  expect(csv(["text", "n"], rows)).toBe('text,n\n"say ""hi""",\n"a,b",0\n"c\nd",1\n');
});
