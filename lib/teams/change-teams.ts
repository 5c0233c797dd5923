import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { forgetWarehouses } from "@/lib/access/reader";
import { forgetSessions } from "@/lib/access/sessions";
import { forgetTokens } from "@/lib/access/tokens";
import { db } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import type { createTeamSchema, updateTeamSchema } from "./schema";

const nameTaken = taken("name", "There is a team of that name already.");

export async function createTeam(
  ctx: Context,
  input: z.infer<typeof createTeamSchema>,
): Promise<{ id: string; name: string }> {
  allow(ctx, "team.manage");
  const id = newId();
  await db()
    .$transaction(async (tx) => {
      await tx.team.create({ data: { id, name: input.name } });
      await audit(tx, ctx, "team.create", `team:${id}`, input);
    })
    .catch(nameTaken);
  return { id, name: input.name };
}

export async function updateTeam(ctx: Context, id: string, input: z.infer<typeof updateTeamSchema>): Promise<void> {
  allow(ctx, "team.manage");
  await db()
    .$transaction(async (tx) => {
      if (!(await tx.team.findUnique({ where: { id } }))) throw missing();
      if (input.name !== undefined) await tx.team.update({ where: { id }, data: { name: input.name } });
      if (input.members) {
        const members = [...new Set(input.members)];
        if ((await tx.user.count({ where: { id: { in: members }, serviceTeamId: null } })) < members.length) {
          const message = "One of these people does not exist.";
          throw invalidAt("members", message);
        }
        // Its service accounts stay in it.
        await tx.teamMember.deleteMany({ where: { teamId: id, user: { serviceTeamId: null } } });
        await tx.teamMember.createMany({ data: members.map((userId) => ({ teamId: id, userId })) });
      }
      await audit(tx, ctx, "team.update", `team:${id}`, input);
    })
    .catch(nameTaken);
  forgetPeople();
}

/** Its grants end with it. */
export async function deleteTeam(ctx: Context, id: string): Promise<void> {
  allow(ctx, "team.manage");
  await db().$transaction(async (tx) => {
    const services = await tx.user.count({ where: { serviceTeamId: id } });
    if (services > 0)
      throw new SluiceError(
        "conflict",
        "Service accounts belong to this team, and what they run would lose its owner. Rename the team instead.",
      );
    const secrets = await tx.secret.findMany({ where: { teamId: id }, select: { name: true }, take: 3 });
    if (secrets.length > 0)
      throw new SluiceError(
        "conflict",
        `Secrets are this team's (${secrets.map(({ name }) => name).join(", ")}). Delete them first.`,
      );
    const { count } = await tx.team.deleteMany({ where: { id } });
    if (count === 0) throw missing();
    await tx.limit.deleteMany({ where: { scope: "team", scopeId: id } });
    await audit(tx, ctx, "team.delete", `team:${id}`);
  });
  forgetPeople();
}

/** Who is in which team is kept for seconds. */
export function forgetPeople(): void {
  forgetSessions();
  forgetTokens();
  forgetWarehouses();
}

export function missing(): SluiceError {
  return new SluiceError("not_found", "There is no such team.");
}
