import { afterEach, beforeAll, expect, it, vi } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetOldKeys } from "@/lib/access/idempotency-keys";
import { pool } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { once } from "./idempotency";

let ctx: Context;
beforeAll(async () => {
  await testDatabase();
  ctx = await buildPerson();
});
afterEach(() => void vi.restoreAllMocks());

/** Fails this many times to keep an answer. */
function breakStoring(times: number): void {
  const query = pool().query.bind(pool()) as (...given: unknown[]) => unknown;
  vi.spyOn(pool(), "query").mockImplementation(((...given: unknown[]) =>
    String(given[0]).startsWith("update idempotency_keys") && times-- > 0
      ? Promise.reject(new Error("connection lost"))
      : query(...given)) as never);
}

it.each([1, 9])("does not do twice what was done while its answer could not be kept %d times", async (times) => {
  const make = vi.fn(async () => ({ id: "made" }));
  const key = `broken ${times}`;
  breakStoring(times);
  expect(await once(ctx, key, "request", make)).toEqual({ id: "made" });
  const again = once(ctx, key, "request", make);
  if (times === 1) expect(await again).toEqual({ id: "made" });
  else await expect(again).rejects.toMatchObject({ code: "conflict" });
  expect(make).toHaveBeenCalledTimes(1);
});

it("lets what failed be tried again", async () => {
  await expect(once(ctx, "failed", "request", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await once(ctx, "failed", "request", async () => ({ id: "now" }))).toEqual({ id: "now" });
});

it("forgets keys after their day and no sooner", async () => {
  for (const key of ["old", "young"]) await once(ctx, key, "request", async () => ({ key }));
  await pool().query("update idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'");
  await forgetOldKeys();
  const { rows } = await pool().query("select key from idempotency_keys where key in ('old', 'young')");
  expect(rows).toEqual([{ key: "young" }]);
});
