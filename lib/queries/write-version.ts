import type { Context } from "@/lib/access/context";
import type { Transaction } from "@/lib/platform/db/prisma";
import { invalidAt } from "@/lib/platform/errors";
import type { QueryText } from "./schema";

export async function writeVersion(tx: Transaction, ctx: Context, queryId: string, number: number, text: QueryText) {
  await tx.queryVersion.create({ data: { ...text, queryId, number, authorId: ctx.user.id } });
}

/** @throws SluiceError invalid: an admin may name any team, and this one is none */
export async function teamExists(tx: Transaction, team: string | null): Promise<void> {
  if (team === null || (await tx.team.findUnique({ where: { id: team }, select: { id: true } }))) return;
  const message = "There is no such team.";
  throw invalidAt("team", message);
}

/** Somebody who may own what is saved. @throws SluiceError invalid at `owner` */
export async function personExists(tx: Transaction, id: string): Promise<void> {
  const person = await tx.user.findUnique({ where: { id }, select: { disabledAt: true, role: true } });
  if (person && !person.disabledAt && person.role !== "viewer") return;
  throw invalidAt("owner", "Choose a person with the role editor or admin.");
}
