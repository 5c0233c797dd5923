import { stopExecutions } from "@/lib/gate/stop-executions";
import { sql } from "@/lib/platform/db/pool";
import { moveOn } from "./move-on";

interface Ended {
  id: string;
  name: string;
  owner: string;
  /** Its owner's account was. */
  closed: boolean;
  revoked: boolean;
  revoked_by_id: string | null;
  revoker: string | null;
  ends: "all" | "waits" | "nothing";
}

/** Why what it asked for ended, for whoever looks at it. */
function endWords({ name, owner, closed, revoked, revoker }: Omit<Ended, "id" | "revoked_by_id" | "ends">): string {
  if (closed) return `The token ${name} ended with the account of ${owner}.`;
  if (revoked) return `The token ${name} was revoked${revoker ? ` by ${revoker}` : ""}.`;
  return `The token ${name} expired before this began.`;
}

const most = 10_000;
const aRequest = 10_000;

/**
 * Ends what tokens asked for that do not work any more: of one that somebody revoked, or whose owner's account was closed,
 * all of it, as an admin's stop does; of one that expired what has not begun. Then the token's limits and pauses go. What
 * there is too much of is left to the worker's next round.
 * @param tokens only of these; without it of all
 */
export async function endWorkOfTokens(tokens: string[] | null = null, until = Date.now() + aRequest): Promise<void> {
  const ended = await sql<Ended>("ended_tokens", "select * from sluice_ended_tokens($1)", [tokens]);
  for (const token of ended) {
    const reason = endWords(token);
    if (token.ends !== "nothing") {
      // First, so that no run goes on with what its ended executions leave free.
      await endRuns(token, reason, until);
      await endExecutions(token, reason, until);
    }
    await sql("forget_token", "select sluice_forget_token($1, $2, $3)", [token.id, reason, token.revoked_by_id]);
  }
}

/** A run has begun when a stage of it has: it is one piece of work, and its later stages are no new one. */
async function endRuns({ id, ends, revoked_by_id: by }: Ended, reason: string, until: number): Promise<void> {
  const runs = await sql<{ id: string }>(
    "runs_of_ended_token",
    `select r.id from runs r where r.token_id = $1 and r.state in ('queued', 'running')
       and ($2 or not exists (select from attempts a where a.run_id = r.id and a.started_at is not null)) limit $3`,
    [id, ends === "all", most],
  );
  for (const run of runs) {
    if (Date.now() > until) return;
    const [row] = await sql<{ asked: boolean }>(
      "cancel_run_of_token",
      "select sluice_cancel_run_of_token($1, $2, $3) as asked",
      [run.id, reason, by],
    );
    if (row?.asked) await moveOn(run.id);
  }
}

async function endExecutions({ id, ends, revoked_by_id: by }: Ended, reason: string, until: number): Promise<void> {
  const found = await sql<{ warehouse: string; ids: string[] }>(
    "executions_of_ended_token",
    `select warehouse_id as warehouse, array_agg(id order by waits desc, queued_at desc, position desc) as ids from (
       select e.warehouse_id, e.id, k.state = 'waiting' as waits, k.queued_at, s.position
       from executions e join statements s on s.id = e.statement_id join work k on k.id = s.work_id
       where e.token_id = $1 and e.state in ('queued', 'running') and ($2 or k.state = 'waiting') limit $3) e group by 1`,
    [id, ends === "all", most],
  );
  const user = by === null ? null : { user: { id: by }, tokenId: null, address: null };
  for (const { warehouse, ids } of found) await stopExecutions({ warehouse, executions: ids, reason, by: user, until });
}
