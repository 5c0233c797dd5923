import type { Admitted } from "@/lib/jobs/job";
import { openQueue } from "@/lib/jobs/queue";
import { sql } from "@/lib/platform/db/pool";

const untakenSeconds = 2;
const oldSeconds = 15;

/** Whose functions say what is late, and give new leases. */
const kinds = {
  work: {
    untaken: "select sluice_untaken($1, $2) as late",
    renew: "select sluice_renew($1) as renewed",
  },
  attempts: {
    untaken: "select sluice_untaken_attempts($1, $2) as late",
    renew: "select sluice_renew_attempts($1) as renewed",
  },
};

/**
 * Puts what was admitted, and no worker has taken, on the queue again, which does nothing while it waits there: for all
 * hands may be full for long. Only what is in a hand that has not begun it for 15 s, as a worker that died leaves it, gets
 * a new lease and so a new job; the old job, if it is ever seen again, finds that its lease is no longer the work's.
 */
export async function offerAgain(kind: keyof typeof kinds): Promise<void> {
  const { untaken, renew } = kinds[kind];
  const seconds = [untakenSeconds, oldSeconds];
  const [found] = await sql<{ late: (Admitted & { old: boolean })[] }>(`untaken_${kind}`, untaken, seconds);
  const late = found?.late ?? [];
  if (late.length === 0) return;
  const queue = openQueue();
  const pieces = late.map(({ old: _old, ...piece }) => piece as Admitted);
  const old = pieces.filter((_piece, n) => late[n]?.old);
  const standing = new Map((await queue.standing(old)).map((where, n) => [old[n], where]));
  const held = old.filter((piece) => standing.get(piece) === "held");
  const [row] =
    held.length > 0 ? await sql<{ renewed: Admitted[] }>(`renew_${kind}`, renew, [JSON.stringify(held)]) : [];
  const lost = pieces.filter((piece) => (standing.get(piece) ?? "gone") === "gone");
  await queue.enqueue([...lost, ...(row?.renewed ?? [])]);
}
