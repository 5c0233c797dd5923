import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { seesQuery } from "@/lib/access/queries";
import { seer, seesPipeline } from "@/lib/pipelines/row";
import type { PipelineDocument } from "@/lib/pipelines/schema";
import { tablesRead, tablesWritten } from "@/lib/pipelines/tables";
import { likeText } from "@/lib/platform/db/like";
import { pool } from "@/lib/platform/db/pool";
import { publicUrl } from "@/lib/platform/url";
import type { Pin } from "./lease";
import { runFor } from "./row";
import type { DownstreamView } from "./schema";

type Item = DownstreamView["items"][number];

interface Reading {
  name: string;
  title: string | null;
  owner: string;
  next_at: Date | null;
  document: PipelineDocument;
  pins: Record<string, Pin>;
}

/**
 * Who waits for what a run writes: live pipelines that read one of its tables, and scheduled queries that do; of both those that
 * this person sees. @throws SluiceError not_found
 */
export async function downstreamOf(ctx: Context, id: string): Promise<DownstreamView> {
  allow(ctx, "pipeline.read");
  const run = await runFor(ctx, id);
  const { rows } = await pool().query<Pick<Reading, "document" | "pins">>(
    `select coalesce(v.document, y.document) as document, coalesce(v.pins, y.pins) as pins from runs r
     left join tries y on y.run_id = r.id left join pipeline_versions v on v.pipeline_id = r.pipeline_id and v.number = r.version
     where r.id = $1`,
    [id],
  );
  const [own] = rows;
  const written = own && !run.tried ? tablesWritten(own.document, own.pins) : [];
  if (written.length === 0) return { items: [] };
  const keys = new Set(written.map(({ warehouse, table }) => `${warehouse} ${table}`));
  const [pipelines, queries] = await Promise.all([pipelinesOn(ctx, run.pipeline_id, keys), queriesOn(ctx, keys)]);
  const soonest = ({ nextAt }: Item) => nextAt ?? "9999";
  return { items: [...pipelines, ...queries].sort((a, b) => soonest(a).localeCompare(soonest(b))) };
}

const tableIn = (key: string) => key.slice(key.indexOf(" ") + 1);

async function pipelinesOn(ctx: Context, own: string, keys: Set<string>): Promise<Item[]> {
  const bare = [...new Set([...keys].map((key) => tableIn(key).split(".")[1] ?? ""))];
  const { rows } = await pool().query<Reading>(
    `select p.name, p.title, coalesce(t.name, u.name) as owner, v.document, v.pins,
       (select min(g.next_at) from triggers g where g.pipeline_id = p.id and g.paused_at is null) as next_at
     from pipelines p join users u on u.id = p.owner_id left join teams t on t.id = p.team_id
       join pipeline_versions v on v.pipeline_id = p.id and v.number = p.version
     where p.id <> $5 and p.archived_at is null and v.document::text ilike any($6)
       and ${seesPipeline("$1", "$2", "$3", "$4")} order by p.name limit 500`,
    [...(await seer(ctx)), own, bare.map((name) => `%${likeText(name)}%`)],
  );
  return rows.flatMap(({ name, title, owner, next_at, document, pins }) => {
    const read = tablesRead(document, pins).filter((one) => keys.has(`${one.warehouse} ${one.table}`));
    const tables = [...new Set(read.map(({ table }) => table))];
    const nextAt = next_at?.toISOString() ?? null;
    const url = publicUrl(`/pipelines/${name}`);
    return tables.length > 0 ? [{ kind: "pipeline" as const, title: title ?? name, url, owner, tables, nextAt }] : [];
  });
}

async function queriesOn(ctx: Context, keys: Set<string>): Promise<Item[]> {
  const [user, teams, warehouses] = await seer(ctx);
  const { rows } = await pool().query<
    Pick<Reading, "owner" | "next_at"> & { id: string; title: string; tables: string[] }
  >(
    `select q.id, q.title, coalesce(t.name, u.name) as owner, min(g.next_at) as next_at,
       array(select k.name from unnest(q.tables) k(name) where w.name || ' ' || k.name = any($4)) as tables
     from queries q join warehouses w on w.id = q.warehouse_id join users u on u.id = q.owner_id left join teams t on t.id = q.team_id
       join triggers g on g.query_id = q.id and g.paused_at is null and g.next_at is not null
     where q.archived_at is null and q.tables && $5 and ${seesQuery("q", "$1", "$2", "$3")}
     group by q.id, w.name, t.name, u.name order by q.title limit 500`,
    [warehouses, user, teams, [...keys], [...new Set([...keys].map(tableIn))]],
  );
  return rows.flatMap(({ id, title, owner, next_at, tables }) => {
    const url = publicUrl(`/queries/${id}`);
    const item = { kind: "query" as const, title, url, owner, tables, nextAt: next_at?.toISOString() ?? null };
    return tables.length > 0 ? [item] : [];
  });
}
