import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { forgetPeople, missing } from "./change-teams";

/**
 * Who is in a team, one person at a time: two admins who change it at once both have what they asked for, where a whole
 * list would undo the other's. Asked for what is so already, they change nothing.
 */

/** @throws SluiceError not_found */
export async function addMember(ctx: Context, teamId: string, userId: string): Promise<void> {
  allow(ctx, "team.manage");
  await db().$transaction(async (tx) => {
    await holdBoth(tx, teamId, userId);
    const { count } = await tx.teamMember.createMany({ data: [{ teamId, userId }], skipDuplicates: true });
    if (count > 0) await audit(tx, ctx, "team.add-member", `team:${teamId}`, { member: userId });
  });
  forgetPeople();
}

/** What they own stays theirs, and what only this team was granted is closed to them. @throws SluiceError not_found */
export async function removeMember(ctx: Context, teamId: string, userId: string): Promise<void> {
  allow(ctx, "team.manage");
  await db().$transaction(async (tx) => {
    await holdBoth(tx, teamId, userId);
    const { count } = await tx.teamMember.deleteMany({ where: { teamId, userId } });
    if (count > 0) await audit(tx, ctx, "team.remove-member", `team:${teamId}`, { member: userId });
  });
  forgetPeople();
}

/** Both are there until this is written: whoever deletes the team meanwhile waits, or was first and nothing is found. */
async function holdBoth(tx: Transaction, teamId: string, userId: string): Promise<void> {
  const teams = await tx.$queryRaw<object[]>`select 1 from teams where id = ${teamId} for key share`;
  if (teams.length === 0) throw missing();
  const people = await tx.$queryRaw<{ service: boolean }[]>`
    select service_team_id is not null as service from users where id = ${userId} for key share`;
  const [person] = people;
  if (!person) throw new SluiceError("not_found", "There is no such person.");
  if (person.service)
    throw new SluiceError(
      "conflict",
      "This is a service account: it is in the team that it was made for, and in no other.",
    );
}
