import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { readValues } from "@/lib/queries/parameters";
import { queryFor } from "@/lib/queries/row";
import type { GivenValues } from "@/lib/queries/schema";
import { getTrigger, mayEditTrigger, triggerFor } from "./data";
import { checkTiming, nextFiring, timingOf } from "./firings";
import type { SaveTrigger, TriggerView, UpdateTrigger } from "./schema";

/** Has a saved query run by itself, as whoever sets it up. @throws SluiceError not_found, invalid at the field */
export async function createTrigger(ctx: Context, queryId: string, input: SaveTrigger): Promise<TriggerView> {
  allow(ctx, "trigger.write");
  const timing = timingOf(input.when, input.zone);
  checkTiming(timing, new Date());
  await checkValues(ctx, queryId, input.parameters, input.zone);
  const id = newId();
  await db().$transaction(async (tx) => {
    await checkPeople(tx, input.mailTo);
    const { parameters, mailWhen, mailTo } = input;
    const nextAt = nextFiring(timing, new Date());
    await tx.trigger.create({
      data: { id, queryId, ownerId: ctx.user.id, ...timing, parameters, mailWhen, mailTo, nextAt },
    });
    await audit(tx, ctx, "trigger.create", `trigger:${id}`, { query: queryId, ...input });
  });
  return getTrigger(ctx, id);
}

/** What is left out stays. Whoever resumes one gets no run of what was missed meanwhile. */
export async function updateTrigger(ctx: Context, id: string, input: UpdateTrigger): Promise<TriggerView> {
  allow(ctx, "trigger.write");
  const seen = await triggerFor(ctx, id);
  requireEdit(ctx, seen);
  const { paused, when, zone, ...rest } = input;
  await checkValues(ctx, seen.queryId, (rest.parameters ?? seen.parameters) as GivenValues, zone ?? seen.zone);
  await db().$transaction(async (tx) => {
    await tx.$queryRaw`select 1 from triggers where id = ${id} for update`;
    const before = await tx.trigger.findUniqueOrThrow({ where: { id } });
    const stays = { cron: before.cron, at: before.at, zone: zone ?? before.zone };
    const timing = when === undefined ? stays : timingOf(when, zone ?? before.zone);
    const retimed = when !== undefined || zone !== undefined;
    if (retimed) checkTiming(timing, new Date());
    if (rest.mailTo) await checkPeople(tx, rest.mailTo);
    const pausedAt = paused === undefined ? undefined : paused ? (before.pausedAt ?? new Date()) : null;
    const nextAt = retimed ? nextFiring(timing, new Date()) : undefined;
    await tx.trigger.update({ where: { id }, data: { ...rest, ...timing, pausedAt, nextAt, updatedAt: new Date() } });
    await audit(tx, ctx, "trigger.update", `trigger:${id}`, input);
  });
  return getTrigger(ctx, id);
}

export async function deleteTrigger(ctx: Context, id: string): Promise<void> {
  allow(ctx, "trigger.write");
  const seen = await triggerFor(ctx, id);
  requireEdit(ctx, seen);
  await db().$transaction(async (tx) => {
    await tx.trigger.deleteMany({ where: { id } });
    await audit(tx, ctx, "trigger.delete", `trigger:${id}`, { query: seen.queryId });
  });
}

function requireEdit(ctx: Context, trigger: { ownerId: string }): void {
  if (!mayEditTrigger(ctx, trigger))
    throw new SluiceError("forbidden", "Only who set this schedule up may change it, and admins.");
}

/** What the query would say at eight in the morning it says now. */
async function checkValues(ctx: Context, queryId: string, given: GivenValues, zone: string): Promise<void> {
  const query = await queryFor(ctx, queryId);
  const { problems } = readValues(query.parameters, given, { now: new Date(), timeZone: zone });
  if (problems.length === 0) return;
  const fields = problems.map(({ field, message }) => ({ field: `parameters.${field}`, message }));
  throw new SluiceError("invalid", `${problems[0]?.field}: ${problems[0]?.message}`, { fields });
}

async function checkPeople(tx: Transaction, ids: string[]): Promise<void> {
  const known = await tx.user.count({ where: { id: { in: ids }, disabledAt: null } });
  if (known < new Set(ids).size) throw invalidAt("mailTo", "One of these people has no account any more.");
}
