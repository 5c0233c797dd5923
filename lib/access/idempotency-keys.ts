import { sql } from "@/lib/platform/db/pool";

/** Forgets keys whose day is over: answers, some of them large, would stay for ever. */
export async function forgetOldKeys(): Promise<void> {
  await sql("idempotency-old", "delete from idempotency_keys where created_at < now() - interval '1 day'", []);
}
