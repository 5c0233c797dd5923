import { afterAll, beforeAll, expect, it } from "vitest";
import { endAllSessions, startSession } from "@/lib/access/sessions";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { call } from "@/lib/testing/rest";
import { updateUser } from "@/lib/users/update-user";
import { sealSession } from "./cookie";

beforeAll(async () => void (await testDatabase()));
afterAll(closeGate);

it.each(["signed out", "disabled"])("tells nothing more to somebody who was %s", async (how) => {
  const person = await buildUser();
  const team = await buildTeam({ userIds: [person.id] });
  const warehouse = (await buildWarehouse({ teamIds: [team.id] })).id;
  const session = await startSession(person, { userAgent: null, address: null }, "password");
  const cookie = await sealSession(session, person.id);
  const headers = { cookie: `${cookie.name}=${cookie.value}`, "x-sluice": "1" };
  const submitted = await call(
    { method: "POST", path: "/executions" },
    { headers, body: { warehouse, sql: "select 1" } },
  );
  const { id } = (await submitted.json()) as { id: string };
  // Nothing runs it here, so it waits, and its stream with it.
  const events = await call({ method: "GET", path: "/executions/{id}/events" }, { headers, params: { id } });
  expect(events.status).toBe(200);
  const reader = events.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  const admin = await buildPerson({ role: "admin" });
  if (how === "disabled") await updateUser(admin, person.id, { disabled: true });
  else await endAllSessions(await contextFor(person.id));
  await expect.poll(async () => (await reader?.read())?.done, { timeout: 10_000 }).toBe(true);
});
