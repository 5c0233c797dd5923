import { mkdirSync } from "node:fs";
import { beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildUser } from "@/lib/testing/factories";
import { diskWarnings, listDisks } from "./data";
import { disksHere, keepMeasure, measureDisks, tellOfDisks } from "./measure-disks";

const gib = 1024 ** 3;
const hour = 3_600_000;
const now = Date.now();
let admin: Context;

beforeAll(async () => {
  await testDatabase();
  admin = await buildPerson({ role: "admin" });
  await buildUser({ role: "editor" });
});
beforeEach(async () => {
  await db().disk.deleteMany();
  await db().notice.deleteMany();
});

/** Samples of the last `days`, one every six hours, of a disk of 100 GiB. `used` is in GiB, by days from the first. */
async function grow(days: number, used: (day: number) => number): Promise<void> {
  const samples = days * 4;
  for (let n = 0; n <= samples; n++) {
    const free = 100 - used((n / samples) * days);
    const at = new Date(now - (samples - n) * 6 * hour);
    await keepMeasure(
      { id: "elsewhere", folder: "/data", totalBytes: 100 * gib, freeBytes: Math.round(free * gib) },
      at,
    );
  }
}

it("says when a disk will be full, from how it grew", async () => {
  await grow(10, (day) => 20 + 2 * day);
  const [disk] = await listDisks();
  expect(disk?.growth).toBeCloseTo(2 * gib, -6);
  // 60 GiB are free: 30 days.
  expect(Math.round((Date.parse(disk?.fullAt ?? "") - now) / (24 * hour))).toBe(30);
  expect(disk?.filling).toBe(false);
  expect(await diskWarnings(admin)).toEqual([]);
});

it("goes by the last 14 days, and is not misled by what is cleared away daily", async () => {
  await grow(28, (day) => (day < 14 ? 20 : 20 + (day - 14) + 3 * (day % 1)));
  const [disk] = await listDisks();
  expect((disk?.growth ?? 0) / gib).toBeGreaterThan(0.8);
  expect((disk?.growth ?? 0) / gib).toBeLessThan(1.2);
});

it("says nothing of the future before two days are known, nor of a disk that does not fill up", async () => {
  await grow(1, (day) => 10 + 40 * day);
  expect(await listDisks()).toMatchObject([{ growth: null, fullAt: null, filling: false }]);
  await db().disk.deleteMany();
  await grow(5, (day) => 50 - day);
  expect(await listDisks()).toMatchObject([{ fullAt: null, filling: false }]);
});

it("tells every admin once, and again only after there was room", async () => {
  await grow(10, (day) => 40 + 5 * day);
  await tellOfDisks();
  await tellOfDisks();
  const notices = await db().notice.findMany();
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatchObject({ userId: admin.user.id, kind: "disk", url: "/admin/load" });
  expect(notices[0]?.text).toMatch(/^10.0 GiB of 100.0 GiB are free on the disk of \/data\. It fills by 5.0 GiB a day/);
  expect(await diskWarnings(admin)).toEqual([notices[0]?.text]);
  const becomes = async (days: number) => {
    const change = `free_bytes = ${50 * gib}, full_at = measured_at + interval '${days} days'`;
    await pool().query(`update disks set ${change} where id = 'elsewhere'`);
    await tellOfDisks();
  };
  await becomes(18);
  await becomes(10);
  expect(await db().notice.count()).toBe(1);
  await becomes(40);
  await becomes(10);
  expect(await db().notice.count()).toBe(2);
});

it("tells of a disk that is nearly full though it does not grow", async () => {
  await grow(0, () => 96);
  await tellOfDisks();
  expect(await db().notice.count()).toBe(1);
});

it("measures the disks of this machine, each once", async () => {
  mkdirSync(env().SLUICE_HOME, { recursive: true });
  const here = await disksHere();
  expect(here.length).toBeGreaterThan(0);
  for (const disk of here) expect(disk.freeBytes).toBeLessThanOrEqual(disk.totalBytes);
  await measureDisks();
  await measureDisks();
  expect(await db().diskSample.count()).toBe(here.length);
});
