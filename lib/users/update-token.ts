import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { refuseBudget } from "@/lib/access/make-token";
import { may } from "@/lib/access/policy";
import type { updateTokenSchema } from "@/lib/access/schema";
import { forgetTokens, type TokenView, tokenViewOf, usable } from "@/lib/access/tokens";
import { moveBack } from "@/lib/gate/move-back";
import { type Lane, lanes } from "@/lib/gate/schema";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";

type Changes = z.output<typeof updateTokenSchema>;

const place = (lane: Lane | null) => lanes.indexOf(lane ?? "api");

/** Back is everybody's to choose for what they use; forward is a right, given by who may change the gate. */
function checkLane(ctx: Context, from: Lane | null, to: Lane | null): void {
  if (ctx.lane && place(to) < place(ctx.lane))
    throw invalidAt("lane", `A token cannot put one before itself: its own lane is ${ctx.lane}.`);
  if (may(ctx, "gate.write")) return;
  if (place(to) < place(from)) throw invalidAt("lane", "Only an admin puts a token further forward in line.");
  if (to !== null && place(to) <= place("api"))
    throw invalidAt("lane", `Only an admin gives the lane ${to}. Leave it, or choose scheduled or backfill.`);
}

/** Less is everybody's to choose; more, and none, an admin's to give. */
function checkBudget(ctx: Context, scopes: string[], from: number | null, to: number | null): void {
  if (may(ctx, "gate.write")) return;
  if (from !== null && (to ?? Number.POSITIVE_INFINITY) > from)
    throw invalidAt(
      "statementsPerHour",
      `It may run ${from.toLocaleString("en-US")} an hour. Only an admin gives it more.`,
    );
  refuseBudget(ctx, { scopes, statementsPerHour: to });
}

/**
 * Another lane or budget for one's own token, or a service account's of one's team; an admin's changes are of anybody's. What
 * waits of it goes back with it (lib/gate/move-back.ts); forward goes what it asks for from now on: what it asked for before may
 * have been meant to stand where it does. @throws SluiceError invalid at the field, not_found
 */
export async function updateToken(ctx: Context, id: string, { lane, statementsPerHour }: Changes): Promise<TokenView> {
  const row = await db().$transaction(async (tx) => {
    // Two who change it at once: the second sees what the first has made of it.
    await tx.$queryRaw`select 1 from api_tokens where id = ${id} for update`;
    const whose = ctx.user.role === "admin" ? {} : usable(ctx);
    const before = await tx.apiToken.findFirst({ where: { id, revokedAt: null, ...whose } });
    if (!before) throw new SluiceError("not_found", "There is no such token, or it is revoked.");
    const key = { scope: "token", scopeId: id, name: "statementsPerHour" };
    const limit = await tx.limit.findUnique({ where: { scope_scopeId_name: key } });
    const had = { lane: before.lane as Lane | null, statementsPerHour: limit ? Number(limit.value) : null };
    const changed: Record<string, { from: unknown; to: unknown }> = {};
    if (lane !== undefined && lane !== had.lane) {
      checkLane(ctx, had.lane, lane);
      changed.lane = { from: had.lane, to: lane };
    }
    if (statementsPerHour !== undefined && statementsPerHour !== had.statementsPerHour) {
      checkBudget(ctx, before.scopes, had.statementsPerHour, statementsPerHour);
      changed.statementsPerHour = { from: had.statementsPerHour, to: statementsPerHour };
      if (statementsPerHour === null) await tx.limit.delete({ where: { scope_scopeId_name: key } });
      else {
        const set = { value: BigInt(statementsPerHour), at: new Date(), byId: ctx.user.id };
        await tx.limit.upsert({ where: { scope_scopeId_name: key }, create: { ...key, ...set }, update: set });
      }
    }
    if (Object.keys(changed).length === 0) return before;
    await audit(tx, ctx, "token.update", `token:${id}`, { name: before.name, ...changed });
    return tx.apiToken.update({ where: { id }, data: lane === undefined ? {} : { lane } });
  });
  forgetTokens();
  // Also where nothing has changed: the process that changed it may have ended before this.
  if (lane) await moveBack(id, lane);
  return tokenViewOf(row);
}
