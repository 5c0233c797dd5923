import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { createToken } from "@/lib/access/make-token";
import { allow } from "@/lib/access/policy";
import { type TokenView, tokenViewOf } from "@/lib/access/tokens";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import type { createServiceAccountSchema, ServiceAccountView } from "./schema";

const withAll = {
  serviceTeam: { select: { id: true, name: true } },
  tokens: { where: { revokedAt: null }, orderBy: { id: "desc" as const } },
} as const;

/** Of one's teams; an admin sees all. With their tokens, without their values. */
export async function listServiceAccounts(ctx: Context): Promise<ServiceAccountView[]> {
  allow(ctx, "service.use");
  const mine = ctx.user.role === "admin" ? { not: null } : { in: ctx.teamIds };
  const rows = await db().user.findMany({
    where: { serviceTeamId: mine, disabledAt: null },
    include: withAll,
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: 1_000,
  });
  const ids = rows.flatMap(({ tokens }) => tokens.map(({ id }) => id));
  const limits = await db().limit.findMany({
    where: { scope: "token", scopeId: { in: ids } },
    orderBy: { name: "asc" },
  });
  const limitsOf = (id: string) =>
    limits.filter(({ scopeId }) => scopeId === id).map(({ name, value }) => ({ name, value: Number(value) }));
  return rows.map(({ id, name, role, serviceTeam, tokens }) => ({
    ...{ id, name, role },
    team: serviceTeam as { id: string; name: string },
    tokens: tokens.map((token) => ({ ...tokenViewOf(token), limits: limitsOf(token.id) })),
  }));
}

/** For programs that must go on whoever leaves. It may do what its role and its team may. */
export async function createServiceAccount(
  ctx: Context,
  input: z.infer<typeof createServiceAccountSchema>,
): Promise<{ id: string; name: string }> {
  allow(ctx, "person.manage");
  return db().$transaction(async (tx) => {
    const team = await tx.team.findFirst({ where: { OR: [{ id: input.team }, { name: input.team }] } });
    if (!team) throw invalidAt("team", "This team does not exist.");
    const id = await addServiceAccount(tx, team.id, input.name, input.role);
    await audit(tx, ctx, "user.create", `user:${id}`, { name: input.name, role: input.role, service: team.name });
    return { id, name: input.name };
  });
}

/** The address is no one's: `.invalid` is given to nobody (RFC 2606), so no provider of sign-in vouches for it. */
export async function addServiceAccount(
  tx: Transaction,
  teamId: string,
  name: string,
  role: "viewer" | "editor",
): Promise<string> {
  const id = newId();
  const email = `service-${id}@sluice.invalid`;
  const memberships = { create: { teamId } };
  await tx.user.create({ data: { id, name, email, role, serviceTeamId: teamId, memberships } });
  return id;
}

/** A token that speaks for a team's service account; its value is in this answer only. For editors of that team. */
export async function createServiceToken(
  ctx: Context,
  id: string,
  input: Parameters<typeof createToken>[1],
): Promise<TokenView & { value: string }> {
  allow(ctx, "service.use");
  const mine = ctx.user.role === "admin" ? { not: null } : { in: ctx.teamIds };
  const found = await db().user.findFirst({ where: { id, serviceTeamId: mine, disabledAt: null } });
  if (!found) throw new SluiceError("not_found", "There is no such service account of your teams.");
  return createToken(ctx, input, found.id);
}
