import { describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { laneOf, laneWithin } from "./lane-of";
import { type Lane, lanes } from "./schema";

type How = Pick<Context, "source" | "lane" | "assistant"> & { role?: Context["user"]["role"] };
const asking = ({ role = "editor", ...how }: How) => ({ user: { role }, ...how }) as Context;
const page = asking({ source: "web" });
const program = asking({ source: "api" });
const assistant = asking({ source: "api", assistant: true });
const given = (lane: Lane, more: Partial<How> = {}) => asking({ source: "api", lane, ...more });

/** Those that may be asked for, of all there are. */
const allowed = (ctx: Context) =>
  lanes.filter((lane) => {
    try {
      return laneOf(ctx, lane) === lanes.indexOf(lane);
    } catch {
      return false;
    }
  });

describe("a lane", () => {
  it("is whose place one stands at without asking, and all behind it", () => {
    for (const [ctx, own] of [
      [page, "interactive"],
      [program, "api"],
      [assistant, "scheduled"],
      [given("interactive"), "interactive"],
      [given("backfill"), "backfill"],
      [given("api", { assistant: true }), "api"],
    ] as const) {
      expect(laneOf(ctx, undefined)).toBe(lanes.indexOf(own));
      expect(allowed(ctx)).toEqual(lanes.slice(lanes.indexOf(own)));
    }
  });

  it("is an admin's to choose, but for an assistant of theirs and a token that was given one", () => {
    expect(allowed(asking({ source: "api", role: "admin" }))).toEqual(lanes);
    expect(allowed(asking({ source: "api", role: "admin", assistant: true }))).toEqual(["scheduled", "backfill"]);
    expect(allowed(given("backfill", { role: "admin" }))).toEqual(["backfill"]);
  });

  it("that is usual for a run is taken back to one's own", () => {
    expect([page, program, given("backfill")].map((ctx) => laneWithin(ctx, "interactive"))).toEqual([
      "interactive",
      "api",
      "backfill",
    ]);
    expect(laneWithin(given("interactive"), "scheduled")).toBe("scheduled");
  });
});
