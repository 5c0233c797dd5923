import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";

interface Entry {
  hash: string;
  answer: unknown;
  made_id: string | null;
}

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
  const first = await take(ctx, key, request, "5 minutes");
  if (first?.answer) return first.answer as Answer;
  if (first) {
    throw new SluiceError(
      "conflict",
      "The first request with this Idempotency-Key is still being worked on. Ask again.",
      {
        retryAfter: 1,
      },
    );
  }
  const answer = await make().catch(async (error: unknown) => {
    await forget(ctx, key);
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
  const first = await take(ctx, key, request, "1 day", id);
  if (first?.answer) return first.answer as Answer;
  const answer = await make(first?.made_id ?? id).catch(async (error: unknown) => {
    // Refused, nothing was made. After anything else it may have been: the id stays.
    if (error instanceof SluiceError) await forget(ctx, key);
    throw error;
  });
  await store(ctx, key, JSON.stringify(answer));
  return answer;
}

/** Null when the key is this request's from now on; else what its first request has left. */
async function take(
  ctx: Context,
  key: string,
  request: string,
  givenUpAfter: string,
  id: string | null = null,
): Promise<Entry | null> {
  if (!/^[\x20-\x7e]{1,200}$/.test(key)) {
    throw new SluiceError("bad_request", "Idempotency-Key takes 1 to 200 printable characters.");
  }
  // Keyed, since a request may carry a password.
  const hash = createHmac("sha256", env().AUTH_SECRET).update(request).digest("hex");
  const taken = await pool().query(
    `insert into idempotency_keys (user_id, key, hash, made_id) values ($1, $2, $3, $4)
     on conflict (user_id, key) do update
       set hash = excluded.hash, answer = null, made_id = excluded.made_id, created_at = now()
       where idempotency_keys.created_at < now() - interval '1 day'
         or (idempotency_keys.answer is null and idempotency_keys.created_at < now() - $5::interval)`,
    [ctx.user.id, key, hash, id, givenUpAfter],
  );
  if (taken.rowCount !== 0) return null;
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
  return first ?? { hash, answer: null, made_id: id };
}

async function forget(ctx: Context, key: string): Promise<void> {
  await pool().query("delete from idempotency_keys where user_id = $1 and key = $2 and answer is null", [
    ctx.user.id,
    key,
  ]);
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
