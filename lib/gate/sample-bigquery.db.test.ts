import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { encrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { type BigQueryPeer, startPeer } from "@/lib/testing/bigquery-peer";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { samples } from "@/lib/testing/sampler";
import { setHeat } from "./heat-settings";
import { getLoad } from "./load";
import { getLoadHistory } from "./load-history";

/** What a service says of itself, by a scripted peer: each test has one of its own, and a warehouse. */

let admin: Context;
let peer: BigQueryPeer;
let warehouse: string;
let name: string;

beforeAll(async () => {
  // Mail is queued where there is a server for it; nothing here sends it.
  Object.assign(process.env, { SMTP_URL: "smtp://127.0.0.1:1", MAIL_FROM: "sluice@example.com" });
  await testDatabase();
  admin = await buildPerson({ role: "admin" });
});
beforeEach(async () => {
  peer = await startPeer();
  const readerId = newId();
  warehouse = newId();
  name = `events ${warehouse}`;
  const config = { project: "demo", location: "EU", endpoint: peer.endpoint };
  const secret = encrypt("reader", readerId);
  const reader = { id: readerId, kind: "reader" as const, name: "reader", username: "emulator", secret };
  await db().warehouse.create({
    data: { id: warehouse, name, engine: "bigquery", config, slots: 8, roles: { create: reader } },
  });
});
afterEach(async () => {
  await db().warehouse.delete({ where: { id: warehouse } });
  await peer.close();
});

/** Somebody else's job that has run for so long, on so many slots. */
function job(minutes: number, slots: number): void {
  const id = `bquxjob_${newId()}`;
  const ms = minutes * 60_000;
  const configuration = { query: { query: "select * from large" } };
  const ran = { startedAt: Date.now() - ms, slotMs: slots * ms, state: "RUNNING" as const };
  peer.jobs.set(id, { id, location: "EU", error: null, user: "bo@example.com", configuration, ...ran });
}

const heatNow = async () => (await getLoad(admin, warehouse)).heat;

it("gives fewer slots while more of BigQuery's slots are used than an admin said, and says so to all", async () => {
  // For so long that the seconds of this test do not change the average.
  job(60_000, 1_500);
  expect(await heatNow()).toEqual({ heat: 0, words: "0 sessions wait" });
  await setHeat(admin, warehouse, { slowDown: true, hotEngineSlots: 1_000, alertMinutes: 1 });
  const words = "1,500 BigQuery slots are in use";
  expect(await heatNow()).toEqual({ heat: 1.5, words });
  await samples(3, warehouse);
  const { gate } = await getLoad(admin, warehouse);
  expect(gate).toMatchObject({ slots: 8, slotsNow: 5, slowReason: words });
  const { decisions } = await getLoadHistory(admin, warehouse);
  expect(decisions.filter(({ kind }) => kind === "slow").map(({ text }) => text)).toEqual([
    `Slots 8 → 5 of 8: ${words}`,
  ]);
  await samples(5, warehouse);
  const told = await db().mail.findMany({ where: { subject: { contains: name } } });
  expect(told.map(({ subject }) => subject)).toEqual([`The warehouse ${name} has been hot for a minute: ${words}.`]);
});

it("takes a job that is too old for heat, and the hotter of two for the reason", async () => {
  job(150, 1);
  await setHeat(admin, warehouse, { slowDown: true, hotOldestMinutes: 60, hotEngineSlots: 1_000 });
  await samples(3, warehouse);
  const gate = async () => (await getLoad(admin, warehouse)).gate;
  expect(await gate()).toMatchObject({
    slotsNow: 5,
    slowReason: expect.stringMatching(/^the oldest job is 2 h 3\d min old$/),
  });
  job(60, 9_000);
  await samples(3, warehouse);
  expect(await gate()).toMatchObject({
    slotsNow: 3,
    slowReason: expect.stringMatching(/^[89],\d{3} BigQuery slots are in use$/),
  });
  await setHeat(admin, warehouse, { hotOldestMinutes: null, hotEngineSlots: null });
  expect(await heatNow()).toEqual({ heat: 0, words: "0 sessions wait" });
});
