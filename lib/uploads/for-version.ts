import { sql } from "@/lib/platform/db/pool";
import type { StartedAttempt } from "@/lib/runs/lease";

interface Kept {
  storeKey: string;
  name: string;
  /** Of c0, c1, …; null of an archive, which is no table. */
  columns: { name: string; type: string }[] | null;
}

/**
 * The uploaded file that a document names. By its name it is the file of that version's author, or of who tries a draft, who
 * alone sees it otherwise: whoever edits a team's pipeline reads nobody else's by guessing what they are called. By its id, which
 * cannot be guessed, it may be the pipeline's owner's too. Null: there is none, or not any more.
 */
export async function uploadForVersion(
  { pipeline, run, dry }: Pick<StartedAttempt, "pipeline" | "run" | "dry">,
  named: string,
): Promise<Kept | null> {
  const [row] = await sql<{ storeKey: string; name: string; columns: Kept["columns"] }>(
    "upload-for-version",
    `select u.store_key as "storeKey", u.name, case when u.format <> 'archive' then u.columns end as columns from uploads u
       join lateral (select coalesce($5, (select author_id from pipeline_versions where pipeline_id = $1 and number = $2)) as id) author on true
     where u.deleted_at is null and ((u.id = $3 and u.user_id in (author.id, $4))
       or (lower(u.name) = lower($3) and u.user_id = author.id))
     order by u.id = $3 desc limit 1`,
    [pipeline.id, run.version, named, dry ? run.userId : pipeline.ownerId, dry ? run.userId : null],
  );
  return row ?? null;
}
