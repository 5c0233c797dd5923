import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";

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
  if (!/^[\x20-\x7e]{1,200}$/.test(key)) {
    throw new SluiceError("bad_request", "Idempotency-Key takes 1 to 200 printable characters.");
  }
  // Keyed, since a request may carry a password.
  const hash = createHmac("sha256", env().AUTH_SECRET).update(request).digest("hex");
  // An entry without an answer after five minutes was left by a process that died.
  const taken = await pool().query(
    `insert into idempotency_keys (user_id, key, hash) values ($1, $2, $3)
     on conflict (user_id, key) do update set hash = excluded.hash, answer = null, created_at = now()
       where idempotency_keys.created_at < now() - interval '1 day'
         or (idempotency_keys.answer is null and idempotency_keys.created_at < now() - interval '5 minutes')`,
    [ctx.user.id, key, hash],
  );
  if (taken.rowCount === 0) {
    const { rows } = await pool().query<{ hash: string; answer: Answer | null }>(
      "select hash, answer from idempotency_keys where user_id = $1 and key = $2",
      [ctx.user.id, key],
    );
    const [first] = rows;
    if (first && first.hash !== hash) {
      throw new SluiceError("invalid", "This Idempotency-Key was used for another request. Use a new one.", {
        fields: [{ field: "Idempotency-Key", message: "Used for another request." }],
      });
    }
    if (!first?.answer) {
      throw new SluiceError(
        "conflict",
        "The first request with this Idempotency-Key is still being worked on. Ask again.",
        {
          retryAfter: 1,
        },
      );
    }
    return first.answer;
  }
  const answer = await make().catch(async (error: unknown) => {
    await pool().query("delete from idempotency_keys where user_id = $1 and key = $2 and answer is null", [
      ctx.user.id,
      key,
    ]);
    throw error;
  });
  await store(ctx, key, JSON.stringify(keep(answer)));
  return answer;
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
