import { sha256 } from "@/lib/platform/crypto";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { newId, newSecret } from "@/lib/platform/ids";
import { audit } from "./audit";
import type { Context } from "./context";
import { allow } from "./policy";

const hours = 24;

/** An admin's one-time link for somebody who forgot a password. Its value is in this answer only. */
export async function createSignInLink(ctx: Context, userId: string): Promise<{ url: string; expiresAt: string }> {
  allow(ctx, "person.manage");
  const value = newSecret("link");
  const expiresAt = new Date(Date.now() + hours * 3_600_000);
  await db().$transaction(async (tx) => {
    const user = await tx.user.findFirst({ where: { id: userId, disabledAt: null, serviceTeamId: null } });
    if (!user)
      throw new SluiceError("not_found", "There is no such person, or they are disabled or a service account.");
    await tx.signInLink.create({
      data: { id: newId(), tokenHash: sha256(value), userId, createdById: ctx.user.id, expiresAt },
    });
    await audit(tx, ctx, "sign-in-link.create", `user:${userId}`);
  });
  const { SLUICE_URL, HOST, PORT } = env();
  const url = new URL(`/sign-in/link?token=${value}`, SLUICE_URL ?? `http://${HOST}:${PORT}`);
  return { url: url.href, expiresAt: expiresAt.toISOString() };
}

/** Uses the link up. Of two who come at once one finds it used. */
export async function spendSignInLink(value: string): Promise<{ id: string; email: string; name: string } | null> {
  const { rows } = await pool().query<{ id: string; email: string; name: string }>(
    `update sign_in_links l set used_at = now() from users u
     where l.token_hash = $1 and l.used_at is null and l.expires_at > now() and u.id = l.user_id and u.disabled_at is null
     returning u.id, u.email, u.name`,
    [sha256(value)],
  );
  return rows[0] ?? null;
}
