import { sql } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";

const batch = 200;

/** Attempts whose artifacts some run under way has, or one that has ended less than so many seconds ago. */
const inUse = (attempt: string, seconds: string) => `exists (
  select from run_stages s join runs r on r.id = s.run_id where s.attempt_id = ${attempt}
    and (r.finished_at is null or r.finished_at > now() - make_interval(secs => ${seconds})))`;

const daySeconds = 24 * 3_600;
/** Somebody looks at what is younger. */
const freshSeconds = 3_600;

/**
 * Removes what stages have published when no run has had it for ARTIFACTS_DAYS, and the oldest of the rest while all of it
 * takes more than ARTIFACTS_MAX_BYTES. The rows are marked first, so that nobody is promised files that are going; they
 * stay, with counts and the rule. A retry that begins at this instant may find them gone, and says so at its stage.
 */
export async function expireArtifacts(
  { days, bytes }: { days: number; bytes?: number | undefined } = {
    days: env().ARTIFACTS_DAYS,
    bytes: env().ARTIFACTS_MAX_BYTES,
  },
): Promise<{ expired: number }> {
  const byAge = () =>
    sql<{ attempt: string }>(
      "artifacts_old",
      marking(
        `select a.attempt_id from artifacts a
         where a.expired_at is null and a.created_at < now() - make_interval(days => $1) and not ${inUse("a.attempt_id", "$2")}
         order by a.created_at limit ${batch}`,
        "$3",
      ),
      [days, days * daySeconds, `the limit of ${days} days for what stages publish`],
    );
  let expired = await removed(byAge);
  if (bytes === undefined) return { expired };
  const bySize = () =>
    sql<{ attempt: string }>(
      "artifacts_over",
      marking(
        `select attempt_id from (
           select a.attempt_id, sum(a.bytes) over (order by a.created_at, a.attempt_id, a.output) - a.bytes as before
           from artifacts a where a.expired_at is null and a.created_at < now() - make_interval(secs => $2)
             and not ${inUse("a.attempt_id", "$2")}
           order by a.created_at, a.attempt_id limit ${batch}) o
         where o.before < (select sum(bytes) from artifacts where expired_at is null) - $1::bigint`,
        "$3",
      ),
      [bytes, freshSeconds, "the room for all that stages publish, the oldest of which goes first"],
    );
  expired += await removed(bySize);
  return { expired };
}

/** Whole attempts: what one of them published belongs together. */
const marking = (which: string, rule: string) => `
  with marked as (
    update artifacts set expired_at = now(), expired_by = ${rule}
    where expired_at is null and attempt_id in (${which}) returning attempt_id)
  select distinct attempt_id as attempt from marked`;

async function removed(mark: () => Promise<{ attempt: string }[]>): Promise<number> {
  let count = 0;
  for (;;) {
    const rows = await mark();
    for (const { attempt } of rows)
      await store()
        .remove(`artifacts/${attempt}`)
        .catch((error: Error) => logger.warn({ attempt, error: error.message }, "expired artifacts stay in the store"));
    count += rows.length;
    if (rows.length === 0) return count;
  }
}
