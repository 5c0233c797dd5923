import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { liveShare } from "@/lib/access/share-sql";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { findResults, targetOf } from "./find-results";
import type { ErasureOf, ErasurePreview, ErasureView } from "./schema";

/** What an erasure would take: how much, of whom, how old. @throws SluiceError not_found, invalid at the field */
export async function previewErasure(ctx: Context, asked: ErasureOf): Promise<ErasurePreview> {
  allow(ctx, "result.erase");
  const target = await targetOf(asked);
  const upTo = new Date();
  const { ids, derived, unfinished } = await findResults(target, upTo);
  const { rows } = await pool().query<ErasureCounts>(countSql, [ids]);
  const [counts] = rows;
  if (!counts) throw new Error("counts have one row");
  const people = await pool().query<ErasurePreview["people"][number]>(
    `select u.id, u.name, count(distinct e.statement_id)::int as results from executions e join users u on u.id = e.user_id
     where e.statement_id = any($1) group by u.id order by results desc, u.name limit 10`,
    [ids],
  );
  return {
    about: target.about,
    results: ids.length,
    executions: counts.executions,
    peopleCount: counts.people,
    people: people.rows,
    bytes: counts.bytes,
    oldest: counts.oldest?.toISOString() ?? null,
    newest: counts.newest?.toISOString() ?? null,
    shared: counts.shared,
    onBoards: counts.on_boards,
    derived,
    unfinished,
    upTo: upTo.toISOString(),
  };
}

export interface ErasureCounts {
  executions: number;
  people: number;
  bytes: number;
  oldest: Date | null;
  newest: Date | null;
  shared: number;
  on_boards: number;
}

/** Of the statements $1. */
export const countSql = `select
  (select count(*)::int from executions e where e.statement_id = any($1)) as executions,
  (select count(distinct e.user_id)::int from executions e where e.statement_id = any($1)) as people,
  (select count(distinct e.statement_id)::int from executions e join shares s on s.execution_id = e.id
    join users u on u.id = s.sharer_id and u.disabled_at is null
    where e.statement_id = any($1) and ${liveShare}) as shared,
  (select count(distinct a.statement_id)::int from board_answers a where a.statement_id = any($1)) as on_boards,
  coalesce(sum(coalesce(t.result_bytes, octet_length(t.head), 0)), 0)::bigint as bytes,
  min(t.finished_at) as oldest, max(t.finished_at) as newest
  from statements t where t.id = any($1)`;

/** The record, newest first. */
export async function listErasures(
  ctx: Context,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: ErasureView[]; next: string | null }> {
  allow(ctx, "result.erase");
  const rows = await db().erasure.findMany({
    where: cursor ? { id: { lt: cursor } } : {},
    include: { by: { select: { id: true, name: true } } },
    orderBy: { id: "desc" },
    take: limit + 1,
  });
  const items = rows.slice(0, limit).map(erasureViewOf);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

interface Row {
  id: string;
  at: Date;
  by: { id: string; name: string };
  about: string;
  reason: string;
  upTo: Date;
  results: number;
  executions: number;
  people: number;
  bytes: bigint;
  filesGoneAt: Date | null;
}

export function erasureViewOf({ id, by, about, reason, results, executions, people, ...row }: Row): ErasureView {
  return {
    ...{ id, by, about, reason, results, executions, people },
    at: row.at.toISOString(),
    upTo: row.upTo.toISOString(),
    bytes: Number(row.bytes),
    filesGoneAt: row.filesGoneAt?.toISOString() ?? null,
  };
}
