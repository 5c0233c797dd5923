import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openQueue } from "@/lib/jobs/queue";
import { db } from "@/lib/platform/db/prisma";
import { onWake } from "@/lib/platform/wake";
import { closeWriters } from "@/lib/results/writers";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildTeam, buildToken, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call } from "@/lib/testing/rest";
import { adapterFor } from "@/lib/warehouses/registry";
import { runWork } from "./handlers/run-work";
import { newRunning } from "./registry";

/** Two people who cancel at once over REST, while a worker runs what they cancel. */

const running = newRunning("the-test");
let warehouse: BuiltWarehouse;
let people: { id: string; headers: { authorization: string } }[];

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  people = await Promise.all(
    (["editor", "admin"] as const).map(async (role) => {
      const { id } = await buildUser({ role, teamIds: [team.id] });
      return { id, headers: bearer(await buildToken(id)) };
    }),
  );
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 1 });
  await openQueue().consume((work) => runWork(work, running), 4);
  onWake("stop", "*", ({ id }) => {
    for (const own of running.works) if (own.statementId === id) own.stop({ kind: "cancelled" });
  });
});
afterAll(async () => {
  await closeGate();
  closeWriters();
  await (await adapterFor("postgres")).close();
});

interface Told {
  id: string;
  state: string;
  outcome?: string;
  stopReason?: string;
}

async function ask(person: number, method: "GET" | "POST", path: string, how: object = {}): Promise<Told> {
  const answer = await call({ method, path }, { headers: people[person]?.headers, ...how });
  expect(answer.status).toBeLessThan(300);
  return (await answer.json()) as Told;
}
const submit = (sql: string) => ask(0, "POST", "/executions", { body: { warehouse: warehouse.id, sql } });
const look = (id: string) => ask(0, "GET", "/executions/{id}", { params: { id } });
const cancel = (person: number, id: string) =>
  ask(person, "POST", "/executions/{id}/cancel", { params: { id }, body: { reason: `person ${person}` } });
const bothCancel = (id: string) => Promise.all([cancel(0, id), cancel(1, id)]);
const audited = (id: string) =>
  db().auditEntry.count({ where: { object: `execution:${id}`, action: "execution.cancel" } });

it("stops what runs once, tells both that it stops, and frees its slot", async () => {
  const { id } = await submit("select pg_sleep(120)");
  await expect.poll(async () => (await look(id)).state, { timeout: 20_000 }).toBe("running");
  const waiting = await submit("select 'next'");
  const both = await bothCancel(id);
  expect(both.map(({ outcome }) => outcome)).toEqual(["cancelling", "cancelling"]);
  await expect.poll(async () => (await look(id)).state, { timeout: 20_000 }).toBe("cancelled");
  expect((await look(id)).stopReason).toMatch(/^person [01]$/);
  expect(await audited(id)).toBe(2);
  expect((await cancel(1, id)).outcome).toBe("ended");
  // Its only slot goes to who waited: nothing of it is held, and it runs in the warehouse no more.
  await expect.poll(async () => (await look(waiting.id)).state, { timeout: 20_000 }).toBe("succeeded");
  const client = new pg.Client({ connectionString: warehouse.superuserUrl });
  await client.connect();
  const { rows } = await client.query(
    "select 1 from pg_stat_activity where query ~ 'pg_sleep\\(120' and state = 'active' and pid <> pg_backend_pid()",
  );
  await client.end();
  expect(rows).toEqual([]);
});

it("ends what waits at once, for one of them, and tells the other that it has ended", async () => {
  const first = await submit("select pg_sleep(120)");
  await expect.poll(async () => (await look(first.id)).state, { timeout: 20_000 }).toBe("running");
  const { id } = await submit("select 'never'");
  const both = await bothCancel(id);
  expect(both.map(({ outcome }) => outcome).sort()).toEqual(["cancelled", "ended"]);
  expect(both.map(({ state }) => state)).toEqual(["cancelled", "cancelled"]);
  expect(await audited(id)).toBe(1);
  await cancel(0, first.id);
});
