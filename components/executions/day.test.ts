import { expect, it } from "vitest";
import { dayStart, minuteOf } from "@/components/executions/day";

it.each([
  ["2026-11-21", "UTC", 0, "2026-11-21T00:00:00.000Z"],
  ["2026-11-21", "Asia/Kathmandu", 0, "2026-11-20T18:15:00.000Z"],
  ["2026-11-21", "America/New_York", 1, "2026-11-22T05:00:00.000Z"],
  // Clocks go forward in New York at 02:00 on 8 March 2026.
  ["2026-03-08", "America/New_York", 0, "2026-03-08T05:00:00.000Z"],
  ["2026-03-08", "America/New_York", 1, "2026-03-09T04:00:00.000Z"],
])("%s in %s plus %i begins at %s", (day, zone, days, instant) =>
  expect(dayStart(day, zone, days)?.toISOString()).toBe(instant),
);

it("refuses what is no day", () => expect(dayStart("yesterday", "UTC")).toBeNull());

it.each([
  ["2026-11-21T06:15", "Asia/Kathmandu", "2026-11-21T00:30:00.000Z"],
  ["2026-03-08T12:00", "America/New_York", "2026-03-08T16:00:00.000Z"],
])("%s in %s is %s", (text, zone, instant) => expect(minuteOf(text, zone)?.toISOString()).toBe(instant));

it("refuses what is no minute", () => expect(minuteOf("2026-03-08", "UTC")).toBeNull());
