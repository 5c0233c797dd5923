import { expect, it } from "vitest";
import { cronWords, whenWords } from "./words";

it.each([
  ["15 6 * * 1-5", "Every weekday at 06:15"],
  ["0 8 * * *", "Every day at 08:00"],
  ["30 8,17 * * *", "Every day at 08:30 and 17:30"],
  ["0 9 * * 1", "Every Monday at 09:00"],
  ["0 9 * * 1,3,7", "Every Monday, Wednesday and Sunday at 09:00"],
  ["0 7 1 * *", "On the 1st of each month at 07:00"],
  ["0 7 23 * *", "On the 23rd of each month at 07:00"],
  ["0 7 12 * *", "On the 12th of each month at 07:00"],
  ["0 7 L * *", "On the last day of each month at 07:00"],
  ["0 * * * *", "Every hour"],
  ["20 * * * *", "Every hour, 20 minutes past"],
  ["*/15 * * * *", "Every 15 minutes"],
  ["*/1 * * * *", "Every minute"],
  ["* * * * *", "Every minute"],
  ["0 */6 * * *", "Every 6 hours"],
  // What has no simpler words is not made to mean something else.
  ["0 8 1 * 1", "By the cron line 0 8 1 * 1"],
  ["0 8 * 1 *", "By the cron line 0 8 * 1 *"],
  ["0 8-10 * * *", "By the cron line 0 8-10 * * *"],
  ["*/15 8 * * *", "By the cron line */15 8 * * *"],
  ["0 8 * * 1#2", "By the cron line 0 8 * * 1#2"],
])("says %s as %s", (cron, words) => {
  expect(cronWords(cron)).toBe(words);
});

it("says where and when", () => {
  expect(whenWords("15 6 * * 1-5", "America/New_York")).toBe("Every weekday at 06:15, America/New York");
  expect(whenWords("2026-12-01T02:15:00.000Z", "Asia/Kathmandu")).toBe(
    "Once, 1 December 2026 at 08:00, Asia/Kathmandu",
  );
});
