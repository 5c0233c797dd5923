import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { hashPassword } from "@/lib/access/passwords";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { invalidAt } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import type { createUserSchema } from "./schema";

export async function createUser(ctx: Context, input: z.infer<typeof createUserSchema>): Promise<{ id: string }> {
  allow(ctx, "person.manage");
  const { teams, password, ...person } = input;
  const passwordHash = password === undefined ? null : await hashPassword(password);
  const id = newId();
  await db()
    .$transaction(async (tx) => {
      const known = await tx.team.findMany({ where: { OR: [{ id: { in: teams } }, { name: { in: teams } }] } });
      if (known.length < new Set(teams).size) {
        const message = "One of these teams does not exist.";
        throw invalidAt("teams", message);
      }
      const memberships = { create: known.map((team) => ({ teamId: team.id })) };
      await tx.user.create({ data: { id, ...person, passwordHash, memberships } });
      await audit(tx, ctx, "user.create", `user:${id}`, { ...person, teams: known.map((team) => team.id) });
    })
    .catch(taken("email", `${input.email} has an account already.`));
  return { id };
}
