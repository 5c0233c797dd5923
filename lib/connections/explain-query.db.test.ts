import pg from "pg";
import { beforeAll, expect, it } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { explainQuery } from "./explain-query";

beforeAll(async () => void (await testDatabase()));

it("opens two sessions of a warehouse at once, lets eight wait and refuses more", async () => {
  const person = await buildUser();
  const team = await buildTeam({ userIds: [person.id] });
  const warehouse = await buildWarehouse({ teamIds: [team.id], sql: "create table one as select 1 as n" });
  const ctx = await contextFor(person.id);
  const holder = new pg.Client({ connectionString: warehouse.superuserUrl });
  await holder.connect();
  await holder.query("begin; lock table one in access exclusive mode");
  // Within its transaction the holder would see one picture of the activity for ever.
  const looker = new pg.Client({ connectionString: warehouse.superuserUrl });
  await looker.connect();
  const explain = () => explainQuery(ctx, warehouse.id, { sql: "select * from one", parameters: {} });
  const all = Promise.allSettled(Array.from({ length: 12 }, explain));
  const opened = async () =>
    (await looker.query("select 1 from pg_stat_activity where application_name like 'sluice explain%'")).rowCount;
  await expect.poll(opened).toBe(2);
  await expect(explain()).rejects.toMatchObject({ code: "rate_limited" });
  expect(await opened()).toBe(2);
  await holder.query("rollback");
  const ends = await all;
  await holder.end();
  await looker.end();
  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  expect(ends.filter(({ status }) => status === "rejected")).toMatchObject([
    { reason: { code: "rate_limited" } },
    { reason: { code: "rate_limited" } },
  ]);
  expect((await explain()).text).toContain("Seq Scan on one");
});
