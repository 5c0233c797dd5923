import { beforeAll, expect, it } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildUser } from "@/lib/testing/factories";
import { listUsers } from "./data";
import { createServiceAccount } from "./service-accounts";

beforeAll(() => testDatabase());

it("finds people and service accounts by a part of name or address, and pages through what it finds", async () => {
  const admin = await buildPerson({ name: "Ana Lyst", role: "admin" });
  const team = await buildTeam({ name: "growth" });
  await createServiceAccount(admin, { name: "Analytics loader", team: team.id, role: "editor" });
  await buildUser({ name: "100%_sure" });
  const found = async (q: string) => (await listUsers(admin, { q, limit: 10 })).items.map(({ name }) => name);
  expect(await found(" ANALY ")).toEqual(["Analytics loader"]);
  expect(await found("ana")).toEqual(["Analytics loader", "Ana Lyst"]);
  expect(await found("%_")).toEqual(["100%_sure"]);
  const first = await listUsers(admin, { q: "ana", limit: 1 });
  const second = await listUsers(admin, { q: "ana", limit: 1, cursor: first.next ?? "" });
  expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(["Analytics loader", "Ana Lyst"]);
});
