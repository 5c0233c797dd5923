import { expect, it } from "vitest";
import { firstFields } from "@/components/schedules/when-fields";
import { documentSchema } from "@/lib/pipelines/schema";
import { fieldsOfTimed, type Timed, timedOf, timingChanges } from "./trigger-change";

const daily = { cron: "15 6 * * *", timezone: "Europe/Berlin", missed: "all" };
const moment = "2026-12-01T07:00:00.000Z";

/** The trigger once the changes are made. */
function changed(before: Timed, fields: Partial<typeof firstFields>, zone = "Asia/Kathmandu") {
  const after: Record<string, unknown> = { ...before };
  for (const { path, value } of timingChanges(0, before, { ...firstFields, ...fields }, zone)) {
    expect(path.slice(0, 2)).toEqual(["triggers", 0]);
    if (value === undefined) delete after[String(path[2])];
    else after[String(path[2])] = value;
  }
  return after;
}

it("knows what a clock starts, and leaves alone what it does not", () => {
  expect(timedOf(daily)).toEqual(daily);
  expect(timedOf({ at: moment })).toEqual({ at: moment });
  expect(timedOf({ after: { all: ["other"] } })).toBeNull();
});

it("writes a moment as at, and a line as cron, each as the document takes it", () => {
  const at = fieldsOfTimed({ at: moment });
  expect(at.frequency).toBe("once");
  const once = changed(daily, at);
  expect(once).toEqual({ at: moment, timezone: "Europe/Berlin" });
  const again = changed(once, { frequency: "weekday", time: "08:30" });
  expect(again).toEqual({ cron: "30 8 * * 1-5", timezone: "Europe/Berlin" });
  expect(changed({ at: moment }, { frequency: "day" })).toEqual({ cron: "0 8 * * *", timezone: "Asia/Kathmandu" });
  expect(changed({ cron: moment, timezone: "UTC" }, at)).toEqual({ at: moment, timezone: "UTC" });
  for (const trigger of [once, again])
    expect(
      documentSchema.safeParse({ name: "a", stages: [{ id: "a", operator: "noop@1" }], triggers: [trigger] }).error,
    ).toBeUndefined();
});

it.each(["", "soon", "2026-13-41T", "2026-x"])("shows a moment that is half written, as %j, to be chosen", (at) => {
  expect(fieldsOfTimed({ at })).toMatchObject({ frequency: "once", at: "" });
});
