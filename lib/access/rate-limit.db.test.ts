import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";

/** Two copies of the module are two web processes: what they share is the database alone. */

type Counter = typeof import("./rate-limit");
let webs: Counter[];
let counter = 0;

beforeAll(async () => {
  await testDatabase();
  const first = await import("./rate-limit");
  vi.resetModules();
  webs = [first, await import("./rate-limit")];
  expect(webs[0]).not.toBe(webs[1]);
});

beforeEach(async () => {
  await pool().query("delete from failed_attempts");
});

/** Somebody at an address that no other test has. */
const somebody = () => ({ email: `p${++counter}@example.com`, address: `10.9.${counter}.1` });
const wrong = async () => null;
const isFull = { code: "rate_limited", extra: { retryAfter: expect.any(Number) } };
const web = (n: number) => webs[n % 2] as Counter;

it("counts wrong passwords over all processes, and says how long to wait", async () => {
  const { email, address } = somebody();
  for (let n = 0; n < 8; n++) expect(await web(n).attemptSignIn(email, address, wrong)).toBeNull();
  for (const n of [0, 1]) {
    await expect(web(n).attemptSignIn(email, address, async () => "in")).rejects.toMatchObject(isFull);
    await expect(web(n).checkSignIn(email, address)).rejects.toMatchObject(isFull);
  }
  // From elsewhere, and another from there.
  expect(await web(0).attemptSignIn(email, `${address}0`, async () => "in")).toBe("in");
  expect(await web(1).attemptSignIn(`other-${email}`, address, async () => "in")).toBe("in");
  // A quarter of an hour after the first of the eight there is room for one.
  await pool().query(
    "update failed_attempts set at = at - interval '15 minutes' where id = (select id from failed_attempts order by at, id limit 1)",
  );
  await web(1).checkSignIn(email, address);
});

it("lets no more pass that come at once to several processes", async () => {
  const { email, address } = somebody();
  const tried = await Promise.allSettled(
    Array.from({ length: 24 }, (_, n) => web(n).attemptSignIn(email, address, wrong)),
  );
  expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(8);
});

it("forgives whoever gets in, in whichever process, and counts no fault of ours", async () => {
  const { email, address } = somebody();
  for (let n = 0; n < 7; n++) await web(0).attemptSignIn(email, address, wrong);
  const broken = () => Promise.reject(new Error("ours"));
  await expect(web(0).attemptSignIn(email, address, broken)).rejects.toThrow("ours");
  expect(await web(1).attemptSignIn(email, address, async () => "in")).toBe("in");
  for (let n = 0; n < 8; n++) expect(await web(n).attemptSignIn(email, address, wrong)).toBeNull();
  await expect(web(0).checkSignIn(email, address)).rejects.toMatchObject(isFull);
});

it("counts an e-mail from everywhere, an address over everybody, and one's own password", async () => {
  const { email, address } = somebody();
  for (let n = 0; n < 40; n++) await web(n).attemptSignIn(email, `${address}-${n}`, wrong);
  await expect(web(1).checkSignIn(email, "10.8.0.1")).rejects.toMatchObject(isFull);
  for (let n = 0; n < 60; n++) await web(n).attemptSignIn(null, address, wrong);
  await expect(web(0).checkSignIn(null, address)).rejects.toMatchObject(isFull);
  for (let n = 0; n < 8; n++) expect(await web(n).attemptOwnPassword(email, async () => false)).toBe(false);
  await expect(web(0).attemptOwnPassword(email, async () => true)).rejects.toMatchObject(isFull);
});

it("keeps neither e-mail nor address, and nothing older than it counts", async () => {
  const { email, address } = somebody();
  await web(0).attemptSignIn(email, address, wrong);
  await pool().query("update failed_attempts set at = at - interval '16 minutes'");
  await web(1).attemptSignIn(`other-${email}`, address, wrong);
  const { rows } = await pool().query<{ key: string }>("select key from failed_attempts");
  expect(rows).toHaveLength(3);
  for (const { key } of rows) expect(key).toMatch(/^[0-9a-f]{64}$/);
});
