import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayOf, rangeOf, today } from "./relative-dates";

/** A Saturday; in Kathmandu it is Sunday already. */
const saturday = { now: new Date("2026-11-21T20:00:00Z"), timeZone: "UTC" };
const range = (text: string, now = saturday) => {
  const found = rangeOf(text, now);
  return found && `${found.from} ${found.to}`;
};

describe("a day in words", () => {
  it.each([
    ["2026-02-28", "2026-02-28"],
    [" Today ", "2026-11-21"],
    ["YESTERDAY", "2026-11-20"],
    ["tomorrow", "2026-11-22"],
    ["3 days ago", "2026-11-18"],
    ["1 month ago", "2026-10-21"],
    ["monday", "2026-11-16"],
    ["saturday", "2026-11-21"],
    ["last saturday", "2026-11-14"],
    ["last sunday", "2026-11-15"],
    ["start of  month", "2026-11-01"],
    ["start of this quarter", "2026-10-01"],
    ["start of the week", "2026-11-16"],
  ])("%s", (text, day) => expect(dayOf(text, saturday)).toBe(day));

  it.each([
    "",
    "2026-02-29",
    "2026-2-1",
    "0000-01-01",
    "soon",
    "0 days ago",
    "99999 years ago",
    "monday; drop table x",
  ])("%j is none", (text) => expect(dayOf(text, saturday)).toBeNull());

  it("is the reader's, not the server's", () => {
    expect(today({ ...saturday, timeZone: "Asia/Kathmandu" })).toBe("2026-11-22");
    expect(today({ ...saturday, timeZone: "Pacific/Honolulu" })).toBe("2026-11-21");
    expect(dayOf("monday", { now: new Date("2026-11-23T02:00:00Z"), timeZone: "America/New_York" })).toBe("2026-11-16");
  });

  it("a month back from its last day is the last day of that month", () => {
    expect(dayOf("1 month ago", { now: new Date("2026-03-31T12:00:00Z"), timeZone: "UTC" })).toBe("2026-02-28");
    expect(dayOf("1 year ago", { now: new Date("2028-02-29T12:00:00Z"), timeZone: "UTC" })).toBe("2027-02-28");
  });
});

describe("a range in words", () => {
  it.each([
    ["today", "2026-11-21 2026-11-22"],
    ["Last 7 days", "2026-11-15 2026-11-22"],
    ["last 1 day", "2026-11-21 2026-11-22"],
    ["last 7 complete days", "2026-11-14 2026-11-21"],
    ["previous 2 weeks", "2026-11-02 2026-11-16"],
    ["last 3 months", "2026-09-01 2026-11-22"],
    ["since Monday", "2026-11-16 2026-11-22"],
    ["since 2026-11-01", "2026-11-01 2026-11-22"],
    ["2026-11-01..", "2026-11-01 2026-11-22"],
    ["this week", "2026-11-16 2026-11-23"],
    ["last week", "2026-11-09 2026-11-16"],
    ["this month", "2026-11-01 2026-12-01"],
    ["last month", "2026-10-01 2026-11-01"],
    ["last quarter", "2026-07-01 2026-10-01"],
    ["next year", "2027-01-01 2028-01-01"],
    ["next 2 days", "2026-11-22 2026-11-24"],
    ["2026-01-01..2026-01-31", "2026-01-01 2026-02-01"],
    ["from 2026-01-01 to yesterday", "2026-01-01 2026-11-21"],
    ["2026-02", "2026-02-01 2026-03-01"],
    ["2026", "2026-01-01 2027-01-01"],
    ["2026-11-03", "2026-11-03 2026-11-04"],
  ])("%s has both ends, the second not in it", (text, ends) => expect(range(text)).toBe(ends));

  it.each([
    "",
    "..",
    "last 0 days",
    "2026-02-02..2026-02-01",
    "since tomorrow",
    "2026-13",
    "a to b to c",
    "last  week days",
    "last 1e3 days",
  ])("%j is none", (text) => expect(rangeOf(text, saturday)).toBeNull());

  it("of hours is the wall clock with its offset, over a change of the clocks too", () => {
    // At 06:00Z New York's clocks go back from 02:00 to 01:00.
    const fall = { now: new Date("2026-11-01T06:30:40Z"), timeZone: "America/New_York" };
    expect(rangeOf("last 2 hours", fall)).toEqual({
      from: "2026-11-01 00:30:00-04:00",
      to: "2026-11-01 01:30:00-05:00",
    });
    const spring = { now: new Date("2026-03-08T07:30:00Z"), timeZone: "America/New_York" };
    expect(rangeOf("last 60 minutes", spring)).toEqual({
      from: "2026-03-08 01:30:00-05:00",
      to: "2026-03-08 03:30:00-04:00",
    });
    expect(rangeOf("today", spring)).toEqual({ from: "2026-03-08", to: "2026-03-09" });
  });

  it("never ends before it begins, whatever is said, and days are days", () => {
    const words = fc.constantFrom(
      "last",
      "this",
      "since",
      "7",
      "days",
      "week",
      "to",
      "..",
      "2026-03-29",
      "monday",
      "ago",
      "31",
    );
    const zones = fc.constantFrom("UTC", "Africa/Cairo", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu");
    const at = fc.date({ min: new Date("1990-01-01"), max: new Date("2090-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(fc.array(words, { maxLength: 5 }), zones, at, (said, timeZone, now) => {
        const found = rangeOf(said.join(" "), { now, timeZone });
        if (!found) return true;
        return found.from < found.to && /^\d{4}-\d\d-\d\d$/.test(found.from) && !Number.isNaN(Date.parse(found.to));
      }),
    );
  });
});
