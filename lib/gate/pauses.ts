import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { sql } from "@/lib/platform/db/pool";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { feel } from "./feel";
import { lanes, type PauseRequest, type PausesQuery, type PauseView } from "./schema";
import { tellConcerned } from "./tell-concerned";

type Row = Omit<PauseView, "at" | "until" | "endedAt"> & { at: Date; until: Date | null; endedAt: Date | null };

const columns = `p.id, p.kind as of, p.reason, p.drain, p.told, p.until, p.at, p.ended_at as "endedAt",
  case when w.id is null then null else jsonb_build_object('id', w.id, 'name', w.name) end as warehouse,
  case when u.id is null then null else jsonb_build_object('id', u.id, 'name', u.name) end as by,
  coalesce((select jsonb_agg(jsonb_build_object('id', t, 'name',
    coalesce(case when p.kind = 'lane' then t else sluice_scope_title(p.kind, t) end, t)) order by n)
    from unnest(p.targets) with ordinality as x(t, n)), '[]') as targets`;

const tables = "pauses p left join warehouses w on w.id = p.warehouse_id left join users u on u.id = p.by_id";

const viewOf = (row: Row): PauseView => ({
  ...row,
  at: row.at.toISOString(),
  until: row.until?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
});

/** Those that hold now, or (`ended`) the last 200 of all; newest first. Of a warehouse also those of all warehouses. */
export async function listPauses(ctx: Context, query: PausesQuery): Promise<{ items: PauseView[]; next: null }> {
  allow(ctx, "load.read");
  const warehouse = query.warehouse ? (await warehouseFor(query.warehouse)).id : null;
  return { items: await pausesOf(warehouse, query.ended === "true"), next: null };
}

/** @param warehouse null: of every warehouse */
export async function pausesOf(warehouse: string | null, ended = false): Promise<PauseView[]> {
  const rows = await sql<Row>(
    "pauses",
    `select ${columns} from ${tables}
     where ($2 or p.ended_at is null) and ($1::text is null or p.warehouse_id is null or p.warehouse_id = $1)
     order by p.at desc, p.id desc limit 200`,
    [warehouse, ended],
  );
  return rows.map(viewOf);
}

async function pauseView(id: string): Promise<PauseView> {
  const [row] = await sql<Row>("pause", `select ${columns} from ${tables} where p.id = $1`, [id]);
  if (!row) throw new SluiceError("not_found", "There is no such pause.");
  return viewOf(row);
}

/** Every target must be there: a pause of nobody would look like one that works. */
async function checkTargets(tx: Transaction, { of, targets = [] }: PauseRequest): Promise<void> {
  if (of === "everything") {
    if (targets.length > 0) throw invalidAt("targets", "A pause of everything has no targets. Leave them out.");
    return;
  }
  if (targets.length === 0) throw invalidAt("targets", `Say which ${of} is paused.`);
  if (of === "lane") {
    const unknown = targets.find((name) => !(lanes as readonly string[]).includes(name));
    if (unknown !== undefined) throw invalidAt("targets", `There is no lane ${unknown}. Use ${lanes.join(", ")}.`);
    return;
  }
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select t as id from unnest(${targets}::text[]) t where sluice_scope_title(${of}, t) is null`;
  if (rows[0]) throw invalidAt("targets", `There is no ${of} ${rows[0].id}.`);
}

/** Holds work back from now on, everywhere at once; what runs goes on. @throws SluiceError invalid, not_found */
export async function addPause(ctx: Context, asked: PauseRequest): Promise<PauseView> {
  allow(ctx, "gate.write");
  const warehouse = asked.warehouse ? (await warehouseFor(asked.warehouse)).id : null;
  const until = untilOf(asked);
  const id = newId();
  await db().$transaction(async (tx) => {
    await checkTargets(tx, asked);
    await insertPause(tx, ctx, { id, warehouse, asked, until });
    await audit(tx, ctx, "gate.pause", warehouse ? `warehouse:${warehouse}` : "gate", { pause: id, ...asked });
    if (asked.tell) await tellConcerned(tx, ctx, { id, warehouse, asked, until });
  });
  await feel(warehouse);
  return pauseView(id);
}

function untilOf({ until }: PauseRequest): Date | null {
  if (!until) return null;
  const end = new Date(until);
  if (end.getTime() <= Date.now()) throw invalidAt("until", "This time has passed. Give one that is to come.");
  return end;
}

export interface NewPause {
  id: string;
  warehouse: string | null;
  asked: PauseRequest;
  until: Date | null;
}

export async function insertPause(tx: Transaction, ctx: Context, { id, warehouse, asked, until }: NewPause) {
  const { of: kind, targets = [], drain = false, tell: told = false } = asked;
  const reason = asked.reason?.trim() || null;
  await tx.pause.create({
    data: { id, warehouseId: warehouse, kind, targets, reason, drain, told, until, byId: ctx.user.id },
  });
}

/** What it held goes on at once. One that has ended already stays as it ended. @throws SluiceError not_found */
export async function endPause(ctx: Context, id: string): Promise<void> {
  allow(ctx, "gate.write");
  const found = await db().pause.findUnique({ where: { id } });
  if (!found) throw new SluiceError("not_found", "There is no such pause.");
  await db().$transaction(async (tx) => {
    const { count } = await tx.pause.updateMany({
      where: { id, endedAt: null },
      data: { endedAt: new Date(), endedById: ctx.user.id },
    });
    if (count === 0) return;
    const object = found.warehouseId ? `warehouse:${found.warehouseId}` : "gate";
    await audit(tx, ctx, "gate.resume", object, { pause: id, of: found.kind, targets: found.targets });
  });
  await feel(found.warehouseId);
}
