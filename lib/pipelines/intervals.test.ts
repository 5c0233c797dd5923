import { describe, expect, it } from "vitest";
import { nextFiring } from "@/lib/triggers/firings";
import { intervalOfSlot, unitOf } from "./intervals";

it.each([
  ["* * * * *", "hour"],
  ["*/15 * * * *", "hour"],
  ["0 * * * *", "hour"],
  ["0 9-17 * * 1-5", "hour"],
  ["0 */6 * * *", "day"],
  ["15 6 * * *", "day"],
  ["15 6 * * 1-5", "day"],
  ["0 8 * * 1", "week"],
  ["0 8 * * 1,4", "week"],
  ["0 8 1,15 * *", "month"],
  ["0 8 1 * *", "month"],
  ["0 8 L * *", "month"],
  ["0 8 1 */3 *", "month"],
  ["0 8 1 1 *", "month"],
])("%s is about a %s", (cron, unit) => {
  expect(unitOf(cron)).toBe(unit);
});

const interval = (cron: string, slot: string, zone: string) => {
  const { from, to } = intervalOfSlot(cron, new Date(slot), zone);
  return `${from.toISOString()} ${to.toISOString()}`.replaceAll(".000Z", "Z");
};
const daily = "15 6 * * *";

describe("the interval of a slot", () => {
  it.each([
    // Winter, summer, and the two days between them: 23 and 25 hours.
    [daily, "2026-01-15T11:15:00Z", "America/New_York", "2026-01-14T05:00:00Z 2026-01-15T05:00:00Z"],
    [daily, "2026-07-15T10:15:00Z", "America/New_York", "2026-07-14T04:00:00Z 2026-07-15T04:00:00Z"],
    [daily, "2026-03-09T10:15:00Z", "America/New_York", "2026-03-08T05:00:00Z 2026-03-09T04:00:00Z"],
    [daily, "2026-11-02T11:15:00Z", "America/New_York", "2026-11-01T04:00:00Z 2026-11-02T05:00:00Z"],
    // In the hour that clocks jump over, and in the one that they show twice.
    ["30 2 * * *", "2026-03-08T07:30:00Z", "America/New_York", "2026-03-07T05:00:00Z 2026-03-08T05:00:00Z"],
    ["30 1 * * *", "2026-11-01T06:30:00Z", "America/New_York", "2026-10-31T04:00:00Z 2026-11-01T04:00:00Z"],
    // Midnight itself is jumped over: that day begins at one.
    [daily, "2024-04-27T03:15:00Z", "Africa/Cairo", "2024-04-25T22:00:00Z 2024-04-26T21:00:00Z"],
    ["0 1 * * *", "2018-11-05T03:00:00Z", "America/Sao_Paulo", "2018-11-04T03:00:00Z 2018-11-05T02:00:00Z"],
    // Zones off the hour; the year's end.
    [daily, "2026-01-01T00:30:00Z", "Asia/Kathmandu", "2025-12-30T18:15:00Z 2025-12-31T18:15:00Z"],
    ["0 * * * *", "2026-01-01T00:15:00Z", "Asia/Kathmandu", "2025-12-31T23:15:00Z 2026-01-01T00:15:00Z"],
    ["*/15 * * * *", "2026-01-01T10:40:00Z", "UTC", "2026-01-01T09:00:00Z 2026-01-01T10:00:00Z"],
    // On the unit's own edge the unit before it has just ended.
    ["0 0 * * *", "2026-01-01T00:00:00Z", "UTC", "2025-12-31T00:00:00Z 2026-01-01T00:00:00Z"],
    ["0 8 * * 1", "2026-11-23T08:00:00Z", "UTC", "2026-11-16T00:00:00Z 2026-11-23T00:00:00Z"],
    ["0 8 * * 3", "2026-11-04T13:00:00Z", "America/New_York", "2026-10-26T04:00:00Z 2026-11-02T05:00:00Z"],
    ["0 8 1 * *", "2026-12-01T13:00:00Z", "America/New_York", "2026-11-01T04:00:00Z 2026-12-01T05:00:00Z"],
    ["0 8 1 * *", "2024-03-01T08:00:00Z", "UTC", "2024-02-01T00:00:00Z 2024-03-01T00:00:00Z"],
  ])("%s at %s in %s", (cron, slot, zone, expected) => {
    expect(interval(cron, slot, zone)).toBe(expected);
  });
});

it.each<[string, string, string?]>([
  ["America/New_York", daily],
  ["America/New_York", "30 2 * * *"],
  ["America/New_York", "0 * * * *", "2026-03-01"],
  ["America/New_York", "0 * * * *", "2026-10-25"],
  ["Africa/Cairo", "0 0 * * *"],
  ["Australia/Lord_Howe", daily],
  ["Asia/Kathmandu", "0 * * * *"],
  ["Europe/Berlin", "0 5 * * 1"],
  ["Europe/Berlin", "0 5 1 * *"],
])("slot after slot covers all time once, in %s by %s", (zone, cron, since = "2026-02-01") => {
  let slot = new Date(`${since}T00:00:00Z`);
  let end: number | null = null;
  for (let n = 0; n < 400; n++) {
    slot = nextFiring({ cron, at: null, zone }, slot) as Date;
    const { from, to } = intervalOfSlot(cron, slot, zone);
    if (end !== null) expect(from.getTime()).toBe(end);
    expect(to.getTime()).toBeLessThanOrEqual(slot.getTime());
    end = to.getTime();
  }
});
