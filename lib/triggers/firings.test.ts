import { expect, it } from "vitest";
import { checkTiming, firings, timingOf } from "./firings";

const list = (when: string, zone: string, after: string, count = 3) =>
  firings(timingOf(when, zone), new Date(after), count).map((one) => one.toISOString().slice(0, 16));

it("fires a fixed local time once a local day, also when clocks change", () => {
  // 02:30 does not exist on 29 March in Berlin, and is there twice on 25 October.
  expect(list("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z")).toEqual([
    "2026-03-28T01:30",
    "2026-03-29T01:00",
    "2026-03-30T00:30",
  ]);
  expect(list("30 2 * * *", "Europe/Berlin", "2026-10-24T00:00:00Z")).toEqual([
    "2026-10-24T00:30",
    "2026-10-25T00:30",
    "2026-10-26T01:30",
  ]);
  // Midnight that does not exist.
  expect(list("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", 2)).toEqual([
    "2018-11-04T03:00",
    "2018-11-05T02:00",
  ]);
});

it("fires every hour of a day of 23 or 25", () => {
  expect(
    list("0 * * * *", "Europe/Berlin", "2026-03-28T22:59:00Z", 30).filter((at) => at.startsWith("2026-03-29")),
  ).toHaveLength(24);
  const long = list("0 * * * *", "Europe/Berlin", "2026-10-24T21:59:00Z", 25);
  expect(new Set(long).size).toBe(25);
  expect(long.at(-1)).toBe("2026-10-25T22:00");
});

it("takes weekdays in the zone's own days, and a moment once", () => {
  // Monday 08:00 in Kathmandu is still Monday 02:15 in UTC; Monday 02:00 there is Sunday here.
  expect(list("0 2 * * 1", "Asia/Kathmandu", "2026-11-21T00:00:00Z", 1)).toEqual(["2026-11-22T20:15"]);
  expect(list("2026-12-01T08:00:00+05:45", "UTC", "2026-11-21T00:00:00Z")).toEqual(["2026-12-01T02:15"]);
  expect(list("2026-12-01T08:00:00+05:45", "UTC", "2026-12-21T00:00:00Z")).toEqual([]);
});

it.each([
  ["61 * * * *", /no schedule.*61.*0 8 \* \* 1-5/],
  ["* * * *", /no schedule/],
  ["* * * * * *", /no schedule/],
  ["every day", /no schedule/],
  ["0 0 30 2 *", /never comes/],
  ["2020-01-01T00:00:00Z", /is over/],
  ["2026-13-01T00:00:00Z", /is over, or none/],
])("refuses %s in words", (when, words) => {
  expect(() => checkTiming(timingOf(when, "UTC"), new Date("2026-11-21T00:00:00Z"))).toThrow(words);
});
