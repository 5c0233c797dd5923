import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { checkPassword, hashPassword } from "@/lib/access/passwords";
import { allow } from "@/lib/access/policy";
import { attemptOwnPassword } from "@/lib/access/rate-limit";
import { forgetSessions } from "@/lib/access/sessions";
import { forgetTokens } from "@/lib/access/tokens";
import { stopExecutions } from "@/lib/gate/stop-executions";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { endWorkOfTokens } from "@/lib/runs/ended-tokens";
import { handOverSchedules } from "./hand-over";
import { handOverPipelines } from "./hand-over-pipelines";
import type { updateSelfSchema, updateUserSchema } from "./schema";

/**
 * A new role, name or password, or an end to the account. Disabling or a new password ends every session and link.
 * Whoever is disabled has no token any more, what they have waiting or running is stopped (runs: those that a token of
 * theirs began), and their schedules and pipelines go to their team (hand-over.ts, hand-over-pipelines.ts).
 */
export async function updateUser(ctx: Context, id: string, input: z.infer<typeof updateUserSchema>): Promise<void> {
  allow(ctx, "person.manage");
  const { disabled, password, revokeTokens, ...rest } = input;
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  let revoked: string[] = [];
  await db().$transaction(async (tx) => {
    // Whoever changes an admin waits here, so that two who demote each other cannot leave nobody.
    await tx.$queryRaw`select id from users where role = 'admin' order by id for update`;
    const before = await tx.user.findUnique({ where: { id } });
    if (!before) throw new SluiceError("not_found", "There is no such person.");
    if (before.serviceTeamId !== null) refuseForService(input);
    const leaves = (input.role !== undefined && input.role !== "admin") || disabled === true;
    if (before.role === "admin" && !before.disabledAt && leaves) await keepOneAdmin(tx, id);
    const disabledAt = disabled === undefined ? undefined : disabled ? (before.disabledAt ?? new Date()) : null;
    await tx.user.update({ where: { id }, data: { ...rest, passwordHash, disabledAt } });
    if (disabled || passwordHash) await endSessionsOf(tx, id);
    const ends = disabled === true && before.disabledAt === null;
    const schedules = ends ? await handOverSchedules(tx, before) : undefined;
    const pipelines = ends ? await handOverPipelines(tx, before) : undefined;
    if (revokeTokens || ends) revoked = await revokeTokensOf(tx, ctx, id);
    await audit(tx, ctx, "user.update", `user:${id}`, {
      ...rest,
      disabled,
      revokeTokens,
      schedules,
      pipelines,
      passwordChanged: passwordHash !== undefined,
    });
  });
  forgetSessions();
  forgetTokens();
  if (disabled) await stopWorkOf(ctx, id);
  if (revoked.length > 0) await endWorkOfTokens(revoked);
}

async function revokeTokensOf(tx: Transaction, ctx: Context, userId: string): Promise<string[]> {
  const gone = await tx.apiToken.updateManyAndReturn({
    where: { userId, revokedAt: null },
    data: { revokedAt: new Date(), revokedById: ctx.user.id },
    select: { id: true },
  });
  return gone.map(({ id }) => id);
}

/** Nobody signs in as one, and none manages people. */
function refuseForService({ role, password }: z.infer<typeof updateUserSchema>): void {
  if (role === "admin") throw invalidAt("role", "A service account is viewer or editor.");
  if (password !== undefined) throw invalidAt("password", "A service account signs in nowhere; give it a token.");
}

/** A statement that others joined goes on for them. */
async function stopWorkOf(ctx: Context, userId: string): Promise<void> {
  const live = await db().execution.findMany({
    where: { userId, state: { in: ["queued", "running"] } },
    select: { id: true, warehouseId: true },
    orderBy: { id: "desc" },
  });
  const reason = "The account of whoever ran this was closed.";
  for (const [warehouse, of] of Map.groupBy(live, (one) => one.warehouseId))
    await stopExecutions({
      warehouse,
      executions: of.map(({ id }) => id),
      reason,
      by: ctx,
      until: Number.POSITIVE_INFINITY,
    });
}

/** What people change of themselves. A new password ends every session but the one that set it. */
export async function updateSelf(ctx: Context, input: z.infer<typeof updateSelfSchema>): Promise<void> {
  const { password, currentPassword, ...rest } = input;
  const { id } = ctx.user;
  let passwordHash: string | undefined;
  if (password !== undefined) {
    const { passwordHash: stored } = await db().user.findUniqueOrThrow({ where: { id } });
    const proves = async () =>
      stored === null || (await checkPassword(currentPassword ?? "", stored)) || (await cameByLink(id));
    if (!(await attemptOwnPassword(id, proves))) {
      const message = "This is not your current password.";
      throw invalidAt("currentPassword", message);
    }
    passwordHash = await hashPassword(password);
  }
  await db().$transaction(async (tx) => {
    await tx.user.update({ where: { id }, data: { ...rest, passwordHash } });
    if (passwordHash) await endSessionsOf(tx, id, ctx.sessionId);
    await audit(tx, ctx, "user.update-self", `user:${id}`, { ...rest, passwordChanged: passwordHash !== undefined });
  });
  forgetSessions();
  forgetTokens();
}

/** An admin's link is for those who forgot: within an hour of it the old password is not asked. */
async function cameByLink(userId: string): Promise<boolean> {
  const since = new Date(Date.now() - 3_600_000);
  return (await db().signInLink.findFirst({ where: { userId, usedAt: { gt: since } } })) !== null;
}

async function endSessionsOf(tx: Transaction, userId: string, but: string | null = null): Promise<void> {
  const others = but === null ? {} : { id: { not: but } };
  const now = new Date();
  await tx.session.updateMany({ where: { userId, endedAt: null, ...others }, data: { endedAt: now } });
  // A link that nobody used yet is a way in like a session.
  await tx.signInLink.updateMany({ where: { userId, usedAt: null, expiresAt: { gt: now } }, data: { expiresAt: now } });
}

async function keepOneAdmin(tx: Transaction, except: string): Promise<void> {
  const others = await tx.user.count({ where: { role: "admin", disabledAt: null, id: { not: except } } });
  if (others === 0) throw new SluiceError("conflict", "This is the last admin. Make somebody else an admin first.");
}
