import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { queryFor } from "@/lib/queries/row";
import type { GivenValues } from "@/lib/queries/schema";
import type { MailWhen, TriggerView } from "./schema";

const withPeople = {
  owner: { select: { id: true, name: true } },
  slots: { orderBy: { slot: "desc" as const }, take: 1 },
};

type Row = NonNullable<Awaited<ReturnType<typeof find>>>;

const find = (id: string) => db().trigger.findUnique({ where: { id }, include: withPeople });

export const mayEditTrigger = (ctx: Context, trigger: { ownerId: string }) =>
  ctx.user.role === "admin" || ctx.user.id === trigger.ownerId;

/** For everybody who may see its query. @throws SluiceError not_found */
export async function triggerFor(ctx: Context, id: string): Promise<Row> {
  const row = await find(id);
  const message = "There is no such schedule that you may see.";
  if (!row) throw new SluiceError("not_found", message);
  await queryFor(ctx, row.queryId).catch(() => {
    throw new SluiceError("not_found", message);
  });
  return row;
}

async function viewsOf(ctx: Context, rows: Row[]): Promise<TriggerView[]> {
  const ids = [...new Set(rows.flatMap(({ mailTo }) => mailTo))];
  const people = await db().user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  return rows.map((row) => {
    const [last] = row.slots;
    return {
      id: row.id,
      query: row.queryId,
      owner: row.owner,
      when: row.cron ?? row.at?.toISOString() ?? "",
      zone: row.zone,
      parameters: row.parameters as GivenValues,
      mailWhen: row.mailWhen as MailWhen,
      mailTo: row.mailTo.flatMap((id) => people.find((person) => person.id === id) ?? []),
      paused: row.pausedAt !== null,
      nextAt: row.nextAt?.toISOString() ?? null,
      last: last ? { slot: last.slot.toISOString(), outcome: last.outcome as never, execution: startedBy(last) } : null,
      mayEdit: mayEditTrigger(ctx, row),
    };
  });
}

const startedBy = ({ outcome, executionId }: { outcome: string; executionId: string | null }) =>
  outcome === "ran" ? executionId : null;

export async function getTrigger(ctx: Context, id: string): Promise<TriggerView> {
  allow(ctx, "query.read");
  return (await viewsOf(ctx, [await triggerFor(ctx, id)]))[0] as TriggerView;
}

/** All of one query, oldest first. */
export async function listTriggers(ctx: Context, queryId: string): Promise<TriggerView[]> {
  allow(ctx, "query.read");
  await queryFor(ctx, queryId);
  return viewsOf(ctx, await db().trigger.findMany({ where: { queryId }, include: withPeople, orderBy: { id: "asc" } }));
}

/** What became of each of its moments, newest first. */
export async function listSlots(ctx: Context, id: string, before: string | undefined, limit: number) {
  allow(ctx, "query.read");
  const { id: triggerId } = await triggerFor(ctx, id);
  const where = { triggerId, ...(before ? { slot: { lt: new Date(before) } } : {}) };
  const rows = await db().triggerSlot.findMany({ where, orderBy: { slot: "desc" }, take: limit + 1 });
  const items = rows.slice(0, limit).map((row) => ({
    slot: row.slot.toISOString(),
    outcome: row.outcome,
    execution: startedBy(row),
    error: row.error,
  }));
  return { items, next: rows.length > limit ? (items.at(-1)?.slot ?? null) : null };
}
