import type { Context } from "@/lib/access/context";
import { allow, may } from "@/lib/access/policy";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { publicUrl } from "@/lib/platform/url";
import { mayEditPipeline, type PipelineRow, pipelineFor, rowColumns, rowTables, seer, seesPipeline } from "./row";
import type {
  PipelineDocument,
  PipelineItem,
  PipelinesQuery,
  PipelineVersionView,
  PipelineView,
  Problem,
} from "./schema";
import { inWrittenOrder } from "./written-order";

const shownRuns = 14;

/** A pipeline with its live version. @throws SluiceError not_found */
export async function getPipeline(ctx: Context, name: string, warnings: Problem[] = []): Promise<PipelineView> {
  allow(ctx, "pipeline.read");
  const row = await pipelineFor(ctx, name);
  const [version, item, schedules] = await Promise.all([
    db().pipelineVersion.findUniqueOrThrow({
      where: { pipelineId_number: { pipelineId: row.id, number: row.version } },
      include: { author: { select: { id: true, name: true } } },
    }),
    itemsOf(ctx, [row]),
    db().trigger.findMany({ where: { pipelineId: row.id, nextAt: { not: null } }, orderBy: { nextAt: "asc" } }),
  ]);
  return {
    ...(item[0] as PipelineItem),
    document: inWrittenOrder(version.document as PipelineDocument, version.text),
    text: version.text,
    note: version.note,
    publishedBy: version.author,
    publishedAt: version.createdAt.toISOString(),
    schedules: schedules.map(({ cron, at, zone, nextAt, pausedAt }) => ({
      ...{ cron, at: at?.toISOString() ?? null, timezone: zone, nextAt: nextAt?.toISOString() ?? null },
      paused: pausedAt !== null,
    })),
    warnings,
  };
}

/** Those that this person sees, by name. */
export async function listPipelines(
  ctx: Context,
  { q, mine, archived, cursor, limit }: PipelinesQuery,
): Promise<{ items: PipelineItem[]; next: string | null }> {
  allow(ctx, "pipeline.read");
  const { rows } = await pool().query<PipelineRow>(
    `select ${rowColumns} from ${rowTables} where ${seesPipeline("$1", "$2", "$3", "$4")}
       and ($5::text is null or p.name ilike $5 or p.title ilike $5)
       and (p.archived_at is not null) = $6 and ($7::text is null or p.name > $7)
       and (not $8 or p.owner_id = $1 or p.team_id = any($2))
     order by p.name limit ${limit + 1}`,
    [
      ...(await seer(ctx)),
      q ? `%${q.replace(/[\\%_]/g, "\\$&")}%` : null,
      archived === "true",
      cursor ?? null,
      mine === "true",
    ],
  );
  const items = await itemsOf(ctx, rows.slice(0, limit));
  return { items, next: rows.length > limit ? (items.at(-1)?.name ?? null) : null };
}

/** Those that this person sees, by name: the choices of filters. */
export async function listPipelineNames(ctx: Context): Promise<{ name: string; title: string | null }[]> {
  allow(ctx, "pipeline.read");
  const { rows } = await pool().query<{ name: string; title: string | null }>(
    `select p.name, p.title from pipelines p where ${seesPipeline("$1", "$2", "$3", "$4")} order by p.name limit 1000`,
    await seer(ctx),
  );
  return rows;
}

interface Latest {
  pipeline_id: string;
  id: string;
  state: string;
  created_at: Date;
  finished_at: Date | null;
}

async function itemsOf(ctx: Context, rows: PipelineRow[]): Promise<PipelineItem[]> {
  const ids = rows.map(({ id }) => id);
  const [latest, next] = await Promise.all([
    pool().query<Latest>(
      `select r.pipeline_id, r.id, r.state::text, r.created_at, r.finished_at from unnest($1::text[]) p(id)
       cross join lateral (select * from runs r where r.pipeline_id = p.id order by r.id desc limit ${shownRuns}) r`,
      [ids],
    ),
    pool().query<{ id: string; at: Date | null }>(
      `select pipeline_id as id, min(next_at) filter (where paused_at is null) as at from triggers
       where pipeline_id = any($1) and next_at is not null group by 1`,
      [ids],
    ),
  ]);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    title: row.title,
    url: publicUrl(`/pipelines/${row.name}`),
    owner: {
      user: { id: row.owner_id, name: row.owner_name },
      team: row.team_id && row.team_name ? { id: row.team_id, name: row.team_name } : null,
    },
    version: row.version,
    source: row.source,
    archivedAt: row.archived_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    nextAt: next.rows.find(({ id }) => id === row.id)?.at?.toISOString() ?? null,
    paused: next.rows.some(({ id, at }) => id === row.id && at === null),
    runs: latest.rows
      .filter(({ pipeline_id }) => pipeline_id === row.id)
      .map(({ id, state, created_at, finished_at }) => ({
        ...{ id, state: state === "cancelling" ? "running" : state },
        ...{ createdAt: created_at.toISOString(), finishedAt: finished_at?.toISOString() ?? null },
      })),
    may: {
      edit: mayEditPipeline(ctx, row) && may(ctx, "pipeline.write"),
      run: mayEditPipeline(ctx, row) && may(ctx, "pipeline.run") && row.archived_at === null,
    },
  }));
}

/** Newest first. */
export async function listVersions(ctx: Context, name: string): Promise<PipelineVersionView[]> {
  allow(ctx, "pipeline.read");
  const { id } = await pipelineFor(ctx, name);
  const rows = await db().pipelineVersion.findMany({
    where: { pipelineId: id },
    include: { author: { select: { id: true, name: true } } },
    orderBy: { number: "desc" },
  });
  return rows.map((row) => ({
    ...{ number: row.number, note: row.note, by: row.author, at: row.createdAt.toISOString() },
    ...{ document: row.document as PipelineDocument, text: row.text },
  }));
}

/** @throws SluiceError not_found */
export async function getVersion(ctx: Context, name: string, number: number): Promise<PipelineVersionView> {
  const found = (await listVersions(ctx, name)).find((one) => one.number === number);
  if (found) return found;
  throw new SluiceError("not_found", `The pipeline ${name} has no version ${number}.`);
}
