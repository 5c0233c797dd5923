import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { contextOfToken } from "@/lib/access/tokens";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildToken, buildUser, contextFor } from "@/lib/testing/factories";
import { createServiceAccount } from "@/lib/users/service-accounts";
import { addMember, removeMember } from "./change-members";
import { listTeams } from "./data";

let admin: Context;
beforeAll(async () => {
  await testDatabase();
  admin = await buildPerson({ role: "admin" });
});

const membersOf = async (team: string) =>
  (await listTeams(admin))
    .find(({ id }) => id === team)
    ?.members.map(({ id }) => id)
    .sort();
const trail = async (team: string) =>
  (await db().auditEntry.findMany({ where: { object: `team:${team}` }, orderBy: { at: "asc" } })).map(
    ({ action, detail }) => ({ action, detail }),
  );

it("puts people in and takes them out one by one, at once too, and leaves the others", async () => {
  const [ana, ben, cleo] = [(await buildUser()).id, (await buildUser()).id, (await buildUser()).id];
  const { id } = await buildTeam({ userIds: [ana] });
  await Promise.all([addMember(admin, id, ben), addMember(admin, id, cleo)]);
  expect(await membersOf(id)).toEqual([ana, ben, cleo].sort());
  await Promise.all([removeMember(admin, id, ana), removeMember(admin, id, ben)]);
  expect(await membersOf(id)).toEqual([cleo]);
});

it("changes nothing where it is so already, and writes each change down once", async () => {
  const member = (await buildUser()).id;
  const { id } = await buildTeam();
  await addMember(admin, id, member);
  await addMember(admin, id, member);
  await removeMember(admin, id, member);
  await removeMember(admin, id, member);
  expect(await trail(id)).toEqual([
    { action: "team.add-member", detail: { member } },
    { action: "team.remove-member", detail: { member } },
  ]);
});

it("is felt by the next request", async () => {
  const member = await buildUser();
  const { id } = await buildTeam();
  const { value } = await buildToken(member.id);
  expect((await contextOfToken(value, null))?.teamIds).toEqual([]);
  await addMember(admin, id, member.id);
  expect((await contextOfToken(value, null))?.teamIds).toEqual([id]);
  await removeMember(admin, id, member.id);
  expect((await contextOfToken(value, null))?.teamIds).toEqual([]);
});

it("is for admins, and for people and teams that there are", async () => {
  const member = await buildUser();
  const { id } = await buildTeam({ userIds: [member.id] });
  const account = await createServiceAccount(admin, { name: "nightly", team: id, role: "editor" });
  const other = (await buildTeam()).id;
  const theirs = await contextFor(member.id);
  for (const change of [addMember, removeMember]) {
    await expect(change(theirs, id, member.id)).rejects.toMatchObject({ code: "forbidden" });
    await expect(change(admin, id, "nobody")).rejects.toMatchObject({ code: "not_found" });
    await expect(change(admin, "none", member.id)).rejects.toMatchObject({ code: "not_found" });
    // It would lose, or get besides, what its team was granted.
    await expect(change(admin, id, account.id)).rejects.toMatchObject({ code: "conflict" });
  }
  await expect(addMember(admin, other, account.id)).rejects.toMatchObject({ code: "conflict" });
  expect(await membersOf(id)).toEqual([member.id]);
});
