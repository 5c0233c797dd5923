import { createHmac } from "node:crypto";
import { EgressError } from "@/lib/egress/destination";
import { decrypt } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { post } from "./post";

const atOnce = 10;
/** A worker that died while sending has lost its claim after so long. */
const claimSeconds = 120;
const mostAttempts = 12;
const keptDays = 30;

interface Due {
  id: string;
  url: string;
  secret: string;
  body: string;
  attempts: number;
}

/** `t=<seconds>,v1=<hex of HMAC-SHA256 of "t.body">`: the time in it lets a receiver refuse an old message. */
export function signature(secret: string, body: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

/** Sends what is due; safe in several workers at once. What was not taken is tried again, later each time. */
export async function sendWebhooks(): Promise<number> {
  const due = await sql<Due>(
    "webhooks-due",
    `update webhooks set attempts = attempts + 1, due_at = now() + make_interval(secs => $2)
     where id in (select id from webhooks where sent_at is null and given_up_at is null and due_at <= now()
       order by due_at limit $1 for update skip locked)
     returning id, url, secret, body, attempts`,
    [atOnce, claimSeconds],
  );
  // One that is slow holds up no other.
  await Promise.all(due.map(send));
  return due.length;
}

async function send({ id, url, secret, body, attempts }: Due): Promise<void> {
  const seconds = Math.floor(Date.now() / 1_000);
  const signed = { "x-sluice-signature": signature(decrypt(secret, id), body, seconds), "x-sluice-message": id };
  let status: number | null = null;
  let why: string;
  let over = attempts >= mostAttempts;
  try {
    ({ status } = await post(url, body, signed));
    if (status >= 200 && status < 300) {
      await sql("webhook-sent", "update webhooks set sent_at = now(), error = null, status = $2 where id = $1", [
        id,
        status,
      ]);
      return;
    }
    why = `It answered ${status}.`;
    over ||= status === 410;
  } catch (error) {
    why = (error as Error).message;
    // A private address stays one, whatever the time.
    over ||= error instanceof EgressError && error.kind === "refused";
  }
  logger.warn({ webhook: id, why, over }, "webhook not taken");
  await sql(
    "webhook-failed",
    `update webhooks set error = $2, status = $3, given_up_at = case when $4 then now() end,
       due_at = now() + make_interval(secs => $5) where id = $1`,
    [id, why.slice(0, 500), status, over, Math.min(3_600, 5 * 2 ** attempts)],
  );
}

/** Forgets what was sent or given up long ago. */
export async function forgetOldWebhooks(): Promise<void> {
  await sql(
    "webhooks-forget",
    "delete from webhooks where coalesce(sent_at, given_up_at) < now() - make_interval(days => $1)",
    [keptDays],
  );
}
