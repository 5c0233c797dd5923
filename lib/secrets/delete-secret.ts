import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { getSecret, noSecret } from "./data";

/** @throws SluiceError not_found, forbidden, conflict while a live pipeline names it */
export async function deleteSecret(ctx: Context, name: string): Promise<void> {
  allow(ctx, "secret.write");
  const { mayChange, usedBy, usedElsewhere } = await getSecret(ctx, name);
  if (!mayChange) throw new SluiceError("forbidden", `The secret ${name} is the company's. Ask an admin to delete it.`);
  if (usedBy.length + usedElsewhere > 0)
    throw new SluiceError("conflict", `${usersOf(usedBy, usedElsewhere)} Take it out there first.`, { usedBy });
  await db().$transaction(async (tx) => {
    const found = await tx.secret.findUnique({ where: { name }, select: { id: true } });
    if (!found) throw noSecret(name);
    await tx.secret.delete({ where: { id: found.id } });
    await audit(tx, ctx, "secret.delete", `secret:${found.id}`, { name });
  });
}

const shownUses = 5;

function usersOf(usedBy: { pipeline: string; stage: string }[], elsewhere: number): string {
  const named = usedBy.slice(0, shownUses).map(({ pipeline, stage }) => `${pipeline} (${stage})`);
  const rest = usedBy.length - named.length + elsewhere;
  const more = rest > 0 ? [`${rest} more`] : [];
  return `It is used by ${new Intl.ListFormat("en", { type: "conjunction" }).format([...named, ...more])}.`;
}
