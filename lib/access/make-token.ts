import type { z } from "zod";
import { type Lane, lanes } from "@/lib/executions/schema";
import { sha256 } from "@/lib/platform/crypto";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId, newSecret } from "@/lib/platform/ids";
import { audit } from "./audit";
import type { Context } from "./context";
import { may } from "./policy";
import type { createTokenSchema } from "./schema";
import { forgetTokens, type TokenView, tokenViewOf, usable } from "./tokens";

/** When a token ends that `ctx` makes: one that a token makes does not outlive it. */
function endOf(ctx: Context, expiresInDays: number | null): Promise<Date | null> {
  return noLater(ctx, expiresInDays === null ? null : new Date(Date.now() + expiresInDays * 86_400_000));
}

async function noLater(ctx: Context, asked: Date | null): Promise<Date | null> {
  if (ctx.tokenId === null) return asked;
  const { expiresAt } = await db().apiToken.findUniqueOrThrow({ where: { id: ctx.tokenId } });
  return expiresAt && (asked === null || asked > expiresAt) ? expiresAt : asked;
}

type NewToken = Pick<z.output<typeof createTokenSchema>, "name" | "scopes" | "expiresInDays"> &
  Partial<Pick<z.output<typeof createTokenSchema>, "lane" | "statementsPerHour">>;

/**
 * The lane that is kept. Those in front are somebody's right, given by who may change the gate; a token makes none that
 * stands before it itself.
 */
function laneFor(ctx: Context, asked: Lane | null): Lane | null {
  const [given, own] = [asked, ctx.lane ?? null].map((lane) => (lane === null ? null : lanes.indexOf(lane)));
  if (given == null) return own != null && own > lanes.indexOf("api") ? (ctx.lane ?? null) : null;
  if (given <= lanes.indexOf("api") && !may(ctx, "gate.write"))
    throw invalidAt("lane", `Only an admin gives the lane ${asked}. Leave it out, or choose scheduled or backfill.`);
  if (own != null && given < own)
    throw invalidAt("lane", `A token cannot make one that stands before it: its own lane is ${ctx.lane}.`);
  return asked;
}

/** More than assistants have by themselves is an admin's to give; less is everybody's to choose. */
export function refuseBudget(
  ctx: Context,
  { scopes, statementsPerHour }: { scopes: string[]; statementsPerHour?: number | null | undefined },
): void {
  const usual = env().MCP_STATEMENTS_PER_HOUR;
  const assists = scopes.includes("*") || scopes.includes("mcp:use");
  if (!assists || (statementsPerHour ?? 0) <= usual || may(ctx, "gate.write")) return;
  throw invalidAt(
    "statementsPerHour",
    `An assistant may run ${usual.toLocaleString("en-US")} an hour. Only an admin gives a token more.`,
  );
}

/** The answer is the only place where the value ever is. */
export async function createToken(
  ctx: Context,
  input: NewToken,
  /** For whom it speaks: oneself, or a service account that its caller was found to use. */
  userId = ctx.user.id,
): Promise<TokenView & { value: string }> {
  refuseMore(ctx, input.scopes);
  const lane = laneFor(ctx, input.lane ?? null);
  refuseBudget(ctx, input);
  const expiresAt = await endOf(ctx, input.expiresInDays);
  const { value, kept } = newValue();
  const row = await db().$transaction(async (tx) => {
    const made = await tx.apiToken.create({
      data: { ...kept, name: input.name, scopes: input.scopes, userId, expiresAt, lane },
    });
    const statementsPerHour = input.statementsPerHour ?? null;
    if (statementsPerHour !== null) {
      const limit = { scope: "token", scopeId: made.id, name: "statementsPerHour", value: BigInt(statementsPerHour) };
      await tx.limit.create({ data: { ...limit, byId: ctx.user.id } });
    }
    const { name, scopes } = made;
    await audit(tx, ctx, "token.create", `token:${made.id}`, { name, scopes, lane, statementsPerHour });
    return made;
  });
  return { ...tokenViewOf(row), value };
}

/** What holds a token holds the one that comes after it: its limits, and pauses of it that have not ended. */
async function holdLikewise(tx: Transaction, old: string, next: string): Promise<void> {
  await tx.$executeRaw`insert into limits (scope, scope_id, name, value, at, by_id)
    select scope, ${next}, name, value, at, by_id from limits where scope = 'token' and scope_id = ${old}`;
  await tx.$executeRaw`update pauses set targets = array_append(targets, ${next})
    where kind = 'token' and ended_at is null and ${old} = any(targets)`;
}

/** A token's value, and what is kept of it. */
function newValue() {
  const value = newSecret("slc");
  return { value, kept: { id: newId(), hash: sha256(value), prefix: value.slice(0, 8) } };
}

function refuseMore(ctx: Context, scopes: string[]): void {
  const beyond = ctx.scopes?.includes("*") === false && scopes.find((scope) => !ctx.scopes?.includes(scope));
  if (beyond) throw new SluiceError("forbidden", `A token cannot make one with a scope it lacks itself: ${beyond}.`);
}

/**
 * A new value with the same name, scopes, lane, limits and span; the old one works on for so many hours, so that no program stands
 * still while it is changed. Once a token. @throws SluiceError not_found, conflict
 */
export async function rotateToken(
  ctx: Context,
  id: string,
  overlapHours: number,
): Promise<TokenView & { value: string }> {
  const { value, kept } = newValue();
  const row = await db().$transaction(async (tx) => {
    // Two who rotate it at once: the second finds it replaced.
    await tx.$queryRaw`select 1 from api_tokens where id = ${id} for update`;
    const old = await tx.apiToken.findFirst({ where: { id, revokedAt: null, ...usable(ctx) } });
    const now = Date.now();
    if (!old || (old.expiresAt && old.expiresAt.getTime() <= now))
      throw new SluiceError("not_found", "There is no such token of yours that works. Make a new one.");
    if (old.replacedById)
      throw new SluiceError("conflict", "This token was rotated already. Rotate the one that came after it.");
    refuseMore(ctx, old.scopes);
    const span = old.expiresAt && old.expiresAt.getTime() - old.createdAt.getTime();
    const made = await tx.apiToken.create({
      data: {
        ...kept,
        ...{ name: old.name, scopes: old.scopes, userId: old.userId, lane: old.lane },
        expiresAt: await noLater(ctx, span === null ? null : new Date(now + span)),
      },
    });
    const ends = new Date(now + overlapHours * 3_600_000);
    const expiresAt = old.expiresAt && old.expiresAt < ends ? old.expiresAt : ends;
    await holdLikewise(tx, id, made.id);
    await tx.apiToken.update({ where: { id }, data: { replacedById: made.id, expiresAt } });
    await audit(tx, ctx, "token.rotate", `token:${id}`, { name: old.name, by: made.id, overlapHours });
    return made;
  });
  // When the old one ends is in what was kept of it.
  forgetTokens();
  return { ...tokenViewOf(row), value };
}
