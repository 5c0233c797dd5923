import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { mayEditPipeline, opener, opensPipeline } from "@/lib/pipelines/row";
import { likeText } from "@/lib/platform/db/like";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import type { StoredFileView } from "./schema";

export interface FileRow {
  id: string;
  path: string;
  store_key: string;
  format: StoredFileView["format"];
  bytes: string;
  rows: string | null;
  sha256: string;
  run_id: string;
  stage: string;
  updated_at: Date;
  pipeline: string;
  owner_id: string;
  team_id: string | null;
}

/** Whoever opens what the pipeline keeps, and whoever was sent a link to it. */
const select = `select f.id, f.path, f.store_key, f.format, f.bytes, f.rows, f.sha256, f.run_id, f.stage, f.updated_at, p.name as pipeline,
    p.owner_id, p.team_id
  from stored_files f join pipelines p on p.id = f.pipeline_id
  where (${opensPipeline("$1", "$2", "$3")} or $1 = any(f.readers))`;

export const viewOf = (ctx: Context, row: FileRow): StoredFileView => ({
  ...{ id: row.id, path: row.path, format: row.format, sha256: row.sha256, stage: row.stage, run: row.run_id },
  ...{ bytes: Number(row.bytes), rows: row.rows === null ? null : Number(row.rows), pipeline: row.pipeline },
  ...{ updatedAt: row.updated_at.toISOString(), mayRemove: mayEditPipeline(ctx, row) },
});

/** By path. `q`: words that a path holds; `pipeline`: its name. */
export async function listFiles(
  ctx: Context,
  { q = "", pipeline, cursor, limit = 50 }: { q?: string; pipeline?: string; cursor?: string; limit?: number },
): Promise<{ items: StoredFileView[]; next: string | null }> {
  allow(ctx, "pipeline.read");
  const words = q
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => `%${likeText(word)}%`);
  const { rows } = await pool().query<FileRow>(
    `${select} and f.path ilike all($4) and ($5::text is null or p.name = $5)
       and ($6::text is null or (f.path, f.id) > (select path, id from stored_files where id = $6))
     order by f.path, f.id limit $7`,
    [...opener(ctx), words, pipeline ?? null, cursor ?? null, limit + 1],
  );
  const items = rows.slice(0, limit).map((row) => viewOf(ctx, row));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** @throws SluiceError not_found, also where it is none of theirs */
export async function fileFor(ctx: Context, id: string): Promise<FileRow> {
  allow(ctx, "pipeline.read");
  const { rows } = await pool().query<FileRow>(`${select} and f.id = $4`, [...opener(ctx), id]);
  if (rows[0]) return rows[0];
  throw new SluiceError("not_found", "There is no such file that you may open.");
}
