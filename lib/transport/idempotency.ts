import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "@/lib/access/context";
import { underKey } from "@/lib/access/once-made";
import { pool } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";

interface Entry {
  hash: string;
  answer: unknown;
  /** The id under which it is to be made (onceAs), or the object of what was done (onceMade). */
  made_id: string | null;
}

/** What a look for the key finds: it is this request's since then, or another's. */
type Taken = { at: Date } | { first: Entry };

/**
 * Runs `make` once for this person's key: a repeat within a day gets the first answer, another request under the same
 * key is refused, and of two at once the second is told to wait. What failed may be tried again.
 */
export async function once<Answer>(
  ctx: Context,
  key: string,
  request: string,
  make: () => Promise<Answer>,
  keep: (answer: Answer) => unknown = (answer) => answer,
): Promise<Answer> {
  // An entry without an answer after five minutes was left by a process that died.
  const taken = await take(ctx, key, request, "5 minutes");
  if ("first" in taken) return firstAnswer(taken.first);
  return kept(ctx, key, make, keep);
}

/**
 * The same for what must not be done again though the first request's process died before it could answer: that it was
 * done stands in the key's row from the same transaction as its line in the audit log. `again` then answers from what is
 * there, by the id in that line's object; without it the repeat is told what was done.
 */
export async function onceMade<Answer>(
  ctx: Context,
  key: string,
  request: string,
  make: () => Promise<Answer>,
  again?: (id: string) => Promise<Answer>,
  keep: (answer: Answer) => unknown = (answer) => answer,
): Promise<Answer> {
  const taken = await take(ctx, key, request, "5 minutes");
  if ("at" in taken) return kept(ctx, key, () => underKey({ userId: ctx.user.id, key, takenAt: taken.at }, make), keep);
  const { answer, made_id: object } = taken.first;
  if (answer || !object) return firstAnswer(taken.first);
  const id = object.slice(object.indexOf(":") + 1);
  if (again) return kept(ctx, key, () => again(id), keep);
  const why = "The first request with this Idempotency-Key was done, but its answer was lost with the process";
  throw new SluiceError("conflict", `${why}. Look at ${object.replace(":", " ")}.`, { made: object });
}

function firstAnswer<Answer>({ answer }: Entry): Answer {
  if (answer) return answer as Answer;
  throw new SluiceError(
    "conflict",
    "The first request with this Idempotency-Key is still being worked on. Ask again.",
    { retryAfter: 1 },
  );
}

async function kept<Answer>(
  ctx: Context,
  key: string,
  make: () => Promise<Answer>,
  keep: (answer: Answer) => unknown,
): Promise<Answer> {
  const answer = await make().catch(async (error: unknown) => {
    await forget(ctx, key, "and made_id is null");
    throw error;
  });
  await store(ctx, key, JSON.stringify(keep(answer)));
  return answer;
}

/**
 * The same where `make` makes one thing under the id it is given, and answers from what is there when it is there
 * already. Then nobody has to wait: a repeat whose first request has not answered, or died with its process after it was
 * done, makes the same under the same id, and cannot do it twice.
 */
export async function onceAs<Answer>(
  ctx: Context,
  key: string,
  request: string,
  make: (id: string) => Promise<Answer>,
): Promise<Answer> {
  const id = newId();
  const taken = await take(ctx, key, request, "1 day", id);
  const first = "first" in taken ? taken.first : null;
  if (first?.answer) return first.answer as Answer;
  const answer = await make(first?.made_id ?? id).catch(async (error: unknown) => {
    // Refused, nothing was made. After anything else it may have been: the id stays.
    if (error instanceof SluiceError) await forget(ctx, key);
    throw error;
  });
  await store(ctx, key, JSON.stringify(answer));
  return answer;
}

/** Whether the key is this request's from now on; else what its first request has left. */
async function take(
  ctx: Context,
  key: string,
  request: string,
  givenUpAfter: string,
  id: string | null = null,
): Promise<Taken> {
  if (!/^[\x20-\x7e]{1,200}$/.test(key)) {
    throw new SluiceError("bad_request", "Idempotency-Key takes 1 to 200 printable characters.");
  }
  // Keyed, since a request may carry a password.
  const hash = createHmac("sha256", env().AUTH_SECRET).update(request).digest("hex");
  const taken = await pool().query<{ at: Date }>(
    `insert into idempotency_keys (user_id, key, hash, made_id) values ($1, $2, $3, $4)
     on conflict (user_id, key) do update
       set hash = excluded.hash, answer = null, made_id = excluded.made_id, created_at = now()
       where idempotency_keys.created_at < now() - interval '1 day'
         or (idempotency_keys.answer is null and idempotency_keys.made_id is null
           and idempotency_keys.created_at < now() - $5::interval)
     returning created_at as at`,
    [ctx.user.id, key, hash, id, givenUpAfter],
  );
  const [mine] = taken.rows;
  if (mine) return mine;
  const { rows } = await pool().query<Entry>(
    "select hash, answer, made_id from idempotency_keys where user_id = $1 and key = $2",
    [ctx.user.id, key],
  );
  const [first] = rows;
  if (first && first.hash !== hash) {
    throw new SluiceError("invalid", "This Idempotency-Key was used for another request. Use a new one.", {
      fields: [{ field: "Idempotency-Key", message: "Used for another request." }],
    });
  }
  // Given back between the two looks: its first request was refused, and a repeat is told the same.
  return { first: first ?? { hash, answer: null, made_id: id } };
}

async function forget(ctx: Context, key: string, only = ""): Promise<void> {
  const unanswered = `delete from idempotency_keys where user_id = $1 and key = $2 and answer is null ${only}`;
  await pool().query(unanswered, [ctx.user.id, key]);
}

/**
 * What was done is answered even if the answer cannot be kept; the key then stays taken, since a repeat that ran again
 * would do twice what must not be.
 */
async function store(ctx: Context, key: string, text: string): Promise<void> {
  for (let left = 3; ; left--) {
    try {
      const update = "update idempotency_keys set answer = $3 where user_id = $1 and key = $2";
      await pool().query(update, [ctx.user.id, key, text]);
      return;
    } catch (error) {
      if (left === 1) {
        logger.error({ error: String(error) }, "could not keep the answer to an Idempotency-Key");
        return;
      }
      await sleep(200);
    }
  }
}
