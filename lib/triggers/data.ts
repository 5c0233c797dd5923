import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { seesQuery } from "@/lib/access/queries";
import { warehousesOf } from "@/lib/access/reader";
import { boardFor } from "@/lib/boards/row";
import { mayEditPipeline, pipelineFor } from "@/lib/pipelines/row";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { queryFor } from "@/lib/queries/row";
import type { GivenValues } from "@/lib/queries/schema";
import type { Limit, SlotView, TellWhen, TriggersQuery, TriggerView } from "./schema";

const withPeople = {
  owner: { select: { id: true, name: true, serviceTeamId: true } },
  query: { select: { title: true } },
  board: { select: { title: true } },
  pipeline: { select: { name: true, title: true, ownerId: true, teamId: true } },
  slots: { orderBy: { slot: "desc" as const }, take: 1, include: { runs: { orderBy: { position: "asc" as const } } } },
  webhooks: { orderBy: { id: "desc" as const }, take: 1 },
};

type Row = NonNullable<Awaited<ReturnType<typeof find>>>;
type Slot = Row["slots"][number];

const find = (id: string) => db().trigger.findUnique({ where: { id }, include: withPeople });

/** Who set it up; of a team's own, everybody in the team. */
export const mayEditTrigger = (
  ctx: Context,
  { ownerId, owner }: { ownerId: string; owner: { serviceTeamId: string | null } },
) =>
  ctx.user.role === "admin" ||
  ctx.user.id === ownerId ||
  (owner.serviceTeamId !== null && ctx.teamIds.includes(owner.serviceTeamId));

/** What people set a schedule up on. */
export type Scheduled = { query: string } | { board: string };

/** What a trigger runs; a pipeline by its name or id. */
type Triggered = Scheduled | { pipeline: string };

/** @param row that of no pipeline */
export const triggeredBy = (row: { queryId: string | null; boardId: string | null }): Scheduled =>
  row.boardId === null ? { query: row.queryId ?? "" } : { board: row.boardId };

/** Its page. */
export const pathTo = (of: Scheduled) => ("query" in of ? `/queries/${of.query}` : `/boards/${of.board}`);

/** @throws SluiceError not_found, forbidden */
async function objectOf(ctx: Context, of: Triggered): Promise<{ id: string }> {
  if ("query" in of) return queryFor(ctx, of.query);
  if ("board" in of) return boardFor(ctx, of.board);
  allow(ctx, "pipeline.read");
  return pipelineFor(ctx, of.pipeline);
}

/** For everybody who may see what it runs. @throws SluiceError not_found */
export async function triggerFor(ctx: Context, id: string): Promise<Row> {
  const row = await find(id);
  const message = "There is no such schedule that you may see.";
  if (!row) throw new SluiceError("not_found", message);
  const of = row.pipelineId === null ? triggeredBy(row) : { pipeline: row.pipelineId };
  await objectOf(ctx, of).catch(() => {
    throw new SluiceError("not_found", message);
  });
  return row;
}

async function viewsOf(ctx: Context, rows: Row[]): Promise<TriggerView[]> {
  const ids = [...new Set(rows.flatMap(({ mailTo }) => mailTo))];
  const people = await db().user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  const last = await slotsOf(rows.flatMap(({ slots }) => slots));
  return rows.map((row) => {
    const { pipeline } = row;
    const mayEdit = pipeline
      ? mayEditPipeline(ctx, { owner_id: pipeline.ownerId, team_id: pipeline.teamId })
      : mayEditTrigger(ctx, row);
    return {
      id: row.id,
      query: row.queryId,
      board: row.boardId,
      pipeline: pipeline?.name ?? null,
      title: row.query?.title ?? row.board?.title ?? pipeline?.title ?? pipeline?.name ?? "",
      owner: { id: row.owner.id, name: row.owner.name },
      when: row.cron ?? row.at?.toISOString() ?? "",
      zone: row.zone,
      parameters: row.parameters as GivenValues,
      tellWhen: row.tellWhen as TellWhen,
      limit: row.limit as Limit | null,
      mailTo: row.mailTo.flatMap((id) => people.find((person) => person.id === id) ?? []),
      webhook: row.webhook && (mayEdit ? row.webhook : new URL(row.webhook).host),
      webhookSecret: null,
      webhookSent: sentOf(row.webhooks[0]),
      // Of a pipeline one without a moment to come is over: its live version has it no more (lib/pipelines/schedules.ts).
      paused: row.pausedAt !== null && (pipeline === null || row.nextAt !== null),
      nextAt: row.nextAt?.toISOString() ?? null,
      last: last.get(row.slots[0] as Slot) ?? null,
      mayEdit,
    };
  });
}

function sentOf(row: Row["webhooks"][number] | undefined): TriggerView["webhookSent"] {
  if (!row) return null;
  const state = row.sentAt ? "sent" : row.givenUpAt ? "givenUp" : "waiting";
  return { at: (row.sentAt ?? row.givenUpAt ?? row.createdAt).toISOString(), state, error: row.error };
}

/** Slots with what became of each execution. */
async function slotsOf(slots: Slot[]): Promise<Map<Slot, SlotView>> {
  const ids = slots.flatMap(({ runs }) => runs.map(({ executionId }) => executionId));
  const started = slots.flatMap(({ runId }) => runId ?? []);
  const [found, ofPipelines] = await Promise.all([
    db().execution.findMany({ where: { id: { in: ids } }, select: { id: true, state: true } }),
    db().run.findMany({ where: { id: { in: started } }, select: { id: true, state: true } }),
  ]);
  const states = new Map(found.map(({ id, state }) => [id, state]));
  return new Map(
    slots.map((slot) => {
      const runs = slot.runs.map(({ executionId, error }) => ({
        execution: executionId,
        state: states.get(executionId) ?? null,
        error,
      }));
      const view = {
        slot: slot.slot.toISOString(),
        outcome: slot.outcome as SlotView["outcome"],
        execution: slot.outcome === "ran" ? (runs.find(({ error }) => error === null)?.execution ?? null) : null,
        runs,
        run: ofPipelines.find(({ id }) => id === slot.runId) ?? null,
        error: slot.error,
        met: slot.met,
      };
      return [slot, view];
    }),
  );
}

export async function getTrigger(ctx: Context, id: string): Promise<TriggerView> {
  allow(ctx, "query.read");
  return (await viewsOf(ctx, [await triggerFor(ctx, id)]))[0] as TriggerView;
}

/** All of one query or board, oldest first. */
export async function listTriggers(ctx: Context, of: Scheduled): Promise<TriggerView[]> {
  allow(ctx, "query.read");
  await objectOf(ctx, of);
  const where = "query" in of ? { queryId: of.query } : { boardId: of.board };
  return viewsOf(ctx, await db().trigger.findMany({ where, include: withPeople, orderBy: { id: "asc" } }));
}

/** Those of a pipeline's live version, the next first, then those that are over and have a past. */
export async function listPipelineTriggers(ctx: Context, pipeline: string): Promise<TriggerView[]> {
  const { id: pipelineId } = await objectOf(ctx, { pipeline });
  const rows = await db().trigger.findMany({
    where: { pipelineId, OR: [{ nextAt: { not: null } }, { slots: { some: {} } }] },
    include: withPeople,
    orderBy: [{ nextAt: { sort: "asc", nulls: "last" } }, { id: "desc" }],
  });
  return viewsOf(ctx, rows);
}

/** Those of all queries and boards that this person sees by themselves, the newest first. */
export async function listAllTriggers(
  ctx: Context,
  { mine, cursor, limit = 50 }: Partial<TriggersQuery>,
): Promise<{ items: TriggerView[]; next: string | null }> {
  allow(ctx, "query.read");
  const { rows } = await pool().query<{ id: string }>(
    `select t.id from triggers t left join queries q on q.id = t.query_id left join boards b on b.id = t.board_id
     where t.pipeline_id is null and ($4::text is null or t.id < $4) and (t.owner_id = $1 or not $5 and (
       ${seesQuery("q", "$3", "$1", "$2")} or b.team_id = any($2) or b.owner_id = $1 or b.id is not null and $6
       or exists (select 1 from board_queries x join queries y on y.id = x.query_id
         where x.board_id = b.id and ${seesQuery("y", "$3", "$1", "$2")})))
     order by t.id desc limit ${limit + 1}`,
    [ctx.user.id, ctx.teamIds, await warehousesOf(ctx), cursor ?? null, mine === "true", ctx.user.role === "admin"],
  );
  const ids = rows.slice(0, limit).map(({ id }) => id);
  const found = await db().trigger.findMany({
    where: { id: { in: ids } },
    include: withPeople,
    orderBy: { id: "desc" },
  });
  return { items: await viewsOf(ctx, found), next: rows.length > limit ? (ids.at(-1) ?? null) : null };
}

/** What became of each of its moments, newest first. */
export async function listSlots(ctx: Context, id: string, before: string | undefined, limit: number) {
  allow(ctx, "query.read");
  const { id: triggerId } = await triggerFor(ctx, id);
  const where = { triggerId, ...(before ? { slot: { lt: new Date(before) } } : {}) };
  const rows = await db().triggerSlot.findMany({
    ...{ where, orderBy: { slot: "desc" }, take: limit + 1 },
    include: { runs: { orderBy: { position: "asc" } } },
  });
  const items = [...(await slotsOf(rows.slice(0, limit))).values()];
  return { items, next: rows.length > limit ? (items.at(-1)?.slot ?? null) : null };
}
