import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";

const batch = 100;

/** Removes tries that have ended and are a day old, with what their stages published. Files first: a row says where they are. */
export async function forgetTries(): Promise<void> {
  for (;;) {
    const rows = await sql<{ id: string; attempts: string[] }>(
      "tries_old",
      `select r.id, array(select a.id from attempts a join artifacts f on f.attempt_id = a.id where a.run_id = r.id) as attempts
       from tries y join runs r on r.id = y.run_id
       where y.saves is null and r.state in ('succeeded', 'failed', 'cancelled') and r.created_at < now() - interval '1 day' order by r.id limit ${batch}`,
      [],
    );
    for (const { id, attempts } of rows) {
      for (const attempt of attempts) await store().remove(`artifacts/${attempt}`);
      await sql("try_gone", "delete from runs where id = $1 returning id", [id]);
      logger.debug({ run: id }, "try forgotten");
    }
    if (rows.length < batch) return;
  }
}
