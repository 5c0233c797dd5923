import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { getBoard } from "@/lib/boards/data";
import { encrypt } from "@/lib/platform/crypto";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId, newSecret } from "@/lib/platform/ids";
import { readValues } from "@/lib/queries/parameters";
import { queryFor } from "@/lib/queries/row";
import type { GivenValues } from "@/lib/queries/schema";
import { refuseAddress } from "@/lib/webhooks/destination";
import { getTrigger, mayEditTrigger, pathTo, type Scheduled, triggeredBy, triggerFor } from "./data";
import { checkTiming, nextFiring, timingOf } from "./firings";
import { ofDocument, pauseSchedule } from "./pause-schedule";
import type { Limit, SaveTrigger, TellWhen, TriggerView, UpdateTrigger } from "./schema";

/**
 * Has a saved query run by itself, or a board refreshed, as whoever sets it up. The answer alone has the webhook's
 * secret. @throws SluiceError not_found, invalid at the field
 */
export async function createTrigger(ctx: Context, of: Scheduled, input: SaveTrigger): Promise<TriggerView> {
  allow(ctx, "trigger.write");
  const timing = timingOf(input.when, input.zone);
  checkTiming(timing, new Date());
  await checkValues(ctx, of, input.parameters, input.zone);
  await checkTelling(ctx, of, input);
  const id = newId();
  const secret = input.webhook ? newSecret("whs") : null;
  await db().$transaction(async (tx) => {
    await checkPeople(tx, input.mailTo);
    const { parameters, tellWhen, limit, mailTo, webhook } = input;
    const nextAt = nextFiring(timing, new Date());
    const object = "query" in of ? { queryId: of.query } : { boardId: of.board };
    await tx.trigger.create({
      data: {
        ...{ id, ...object, ownerId: ctx.user.id, ...timing, parameters, tellWhen, mailTo, webhook, nextAt },
        ...(limit ? { limit } : {}),
        webhookSecret: secret && encrypt(secret, id),
      },
    });
    await audit(tx, ctx, "trigger.create", `trigger:${id}`, { of: pathTo(of), ...input });
  });
  return { ...(await getTrigger(ctx, id)), webhookSecret: secret };
}

/** What is left out stays. Whoever resumes one gets no run of what was missed meanwhile. */
export async function updateTrigger(ctx: Context, id: string, input: UpdateTrigger): Promise<TriggerView> {
  allow(ctx, "trigger.write");
  const seen = await triggerFor(ctx, id);
  if (seen.pipelineId !== null) {
    await pauseSchedule(ctx, id, seen.pipelineId, input);
    return getTrigger(ctx, id);
  }
  requireEdit(ctx, seen);
  const of = triggeredBy(seen);
  const { paused, when, zone, limit, ...rest } = input;
  await checkValues(ctx, of, (rest.parameters ?? seen.parameters) as GivenValues, zone ?? seen.zone);
  const told = { tellWhen: seen.tellWhen as TellWhen, limit: seen.limit as Limit | null, webhook: seen.webhook };
  const { tellWhen = told.tellWhen, webhook = told.webhook } = rest;
  await checkTelling(ctx, of, { tellWhen, limit: limit === undefined ? told.limit : limit, webhook });
  const anew = rest.webhook !== undefined && rest.webhook !== seen.webhook;
  const secret = anew && rest.webhook ? newSecret("whs") : null;
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
    await tx.trigger.update({
      where: { id },
      data: {
        ...{ ...rest, ...timing, pausedAt, nextAt, updatedAt: new Date() },
        ...(anew ? { webhookSecret: secret && encrypt(secret, id) } : {}),
      },
    });
    if (limit !== undefined) await writeLimit(tx, id, limit);
    await audit(tx, ctx, "trigger.update", `trigger:${id}`, input);
  });
  return { ...(await getTrigger(ctx, id)), webhookSecret: secret };
}

/** The client has no plain null for JSON. */
async function writeLimit(tx: Transaction, id: string, limit: Limit | null): Promise<void> {
  await tx.$executeRaw`update triggers set number_limit = ${limit && JSON.stringify(limit)}::jsonb where id = ${id}`;
}

export async function deleteTrigger(ctx: Context, id: string): Promise<void> {
  allow(ctx, "trigger.write");
  const seen = await triggerFor(ctx, id);
  if (seen.pipeline) throw new SluiceError("conflict", ofDocument(seen.pipeline.name));
  requireEdit(ctx, seen);
  await db().$transaction(async (tx) => {
    await tx.trigger.deleteMany({ where: { id } });
    await audit(tx, ctx, "trigger.delete", `trigger:${id}`, { of: pathTo(triggeredBy(seen)) });
  });
}

function requireEdit(ctx: Context, trigger: Parameters<typeof mayEditTrigger>[1]): void {
  if (!mayEditTrigger(ctx, trigger))
    throw new SluiceError(
      "forbidden",
      "Only who set this schedule up may change it, or its team where it is a team’s, and admins.",
    );
}

/** What the query would say at eight in the morning it says now. */
async function checkValues(ctx: Context, of: Scheduled, given: GivenValues, zone: string): Promise<void> {
  const { parameters } = "query" in of ? await queryFor(ctx, of.query) : await getBoard(ctx, of.board);
  const { problems } = readValues(parameters, given, { now: new Date(), timeZone: zone });
  if (problems.length === 0) return;
  const fields = problems.map(({ field, message }) => ({ field: `parameters.${field}`, message }));
  throw new SluiceError("invalid", `${problems[0]?.field}: ${problems[0]?.message}`, { fields });
}

/** What the shapes of its fields cannot say. */
async function checkTelling(
  ctx: Context,
  of: Scheduled,
  { tellWhen, limit, webhook }: { tellWhen: TellWhen; limit: Limit | null; webhook: string | null },
): Promise<void> {
  if (tellWhen === "limit" && !limit) throw invalidAt("limit", "Say which number, and what it must not be.");
  if ("board" in of && limit) {
    const { tiles } = await getBoard(ctx, of.board);
    if (!tiles.some((tile) => tile.kind === "query" && tile.id === limit.tile))
      throw invalidAt("limit.tile", "Name the tile of the board whose answer has the number.");
  }
  if (webhook) refuseAddress(webhook);
}

async function checkPeople(tx: Transaction, ids: string[]): Promise<void> {
  const known = await tx.user.count({ where: { id: { in: ids }, disabledAt: null } });
  if (known < new Set(ids).size) throw invalidAt("mailTo", "One of these people has no account any more.");
}
