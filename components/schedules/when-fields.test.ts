import { expect, it } from "vitest";
import { fieldsOf, firstFields, whenOf, withFrequency } from "./when-fields";

it.each(["15 6 * * 1-5", "0 8 * * *", "30 17 * * 5", "30 17 * * 0", "5 7 12 * *", "45 * * * *"])(
  "shows %s in fields that make it again",
  (cron) => {
    const fields = fieldsOf(cron);
    expect(fields.frequency).not.toBe("cron");
    expect(whenOf(fields)).toBe(cron);
  },
);

it.each(["0 7 L * *", "0 8 1 * 1", "*/15 * * * *", "0 8,17 * * *", "0 8 * 1 *", "0 8 * * 1-3"])(
  "keeps %s as the line that it is",
  (cron) => {
    expect(fieldsOf(cron)).toMatchObject({ frequency: "cron", cron });
    expect(whenOf(fieldsOf(cron))).toBe(cron);
  },
);

it("takes Sunday by either of its numbers", () => {
  expect(fieldsOf("0 8 * * 7")).toMatchObject({ frequency: "week", weekday: "0" });
});

it("keeps a moment, and what is no moment for the server to refuse", () => {
  const at = "2026-12-01T02:15:00.000Z";
  expect(fieldsOf(at).frequency).toBe("once");
  expect(whenOf(fieldsOf(at))).toBe(at);
  expect(whenOf({ ...firstFields, frequency: "once", at: "soon" })).toBe("soon");
});

it("makes the last day of a month, and an hour's minute", () => {
  expect(whenOf({ ...firstFields, frequency: "month", date: "L", time: "07:05" })).toBe("5 7 L * *");
  expect(whenOf({ ...firstFields, frequency: "hour", time: "09:20" })).toBe("20 * * * *");
});

it("begins a moment that nobody chose yet with tomorrow, and keeps one that somebody did", () => {
  const now = new Date(2026, 11, 31, 23, 30);
  const once = withFrequency({ ...firstFields, time: "06:15" }, "once", now);
  expect(once).toMatchObject({ frequency: "once", at: "2027-01-01T06:15" });
  const kept = withFrequency({ ...once, frequency: "day", at: "2026-12-24T18:00" }, "once", now);
  expect(kept.at).toBe("2026-12-24T18:00");
});
