import { afterAll, beforeAll, expect, it } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call } from "@/lib/testing/rest";

beforeAll(async () => void (await testDatabase()));
afterAll(closeGate);

it("lists the beginning of a long statement and says so, and the execution has all of it", async () => {
  const person = await buildUser();
  const team = await buildTeam({ userIds: [person.id] });
  const warehouse = (await buildWarehouse({ teamIds: [team.id] })).id;
  const headers = bearer(await buildToken(person.id));
  const long = `select 'é${"x".repeat(500_000)}'`;
  const id: Record<string, string> = {};
  for (const sql of [long, "select 1"]) {
    const answer = await call({ method: "POST", path: "/executions" }, { headers, body: { warehouse, sql } });
    id[sql] = ((await answer.json()) as { id: string }).id;
  }
  const list = await call({ method: "GET", path: "/executions" }, { headers });
  const { items } = (await list.json()) as { items: { sql: string; sqlCut: boolean }[] };
  expect(items).toMatchObject([
    { sql: "select 1", sqlCut: false },
    { sql: long.slice(0, 2_000), sqlCut: true },
  ]);
  const one = await call({ method: "GET", path: "/executions/{id}" }, { headers, params: { id: id[long] ?? "" } });
  expect(await one.json()).toMatchObject({ sql: long, sqlCut: false });
});
