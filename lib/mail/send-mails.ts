import type { Transporter } from "nodemailer";
import { sql } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";

const atOnce = 20;
/** A worker that died while sending has lost its claim after so long. */
const claimSeconds = 300;
const mostAttempts = 12;
const keptDays = 30;

interface Due {
  id: string;
  recipient: string;
  subject: string;
  text: string;
  html: string | null;
  attached: { name: string; key: string }[] | null;
  attempts: number;
}

/** Sends what is due; safe in several workers at once. What the server refuses for good is given up, the rest tried again. */
export async function sendMails(): Promise<number> {
  const { SMTP_URL, MAIL_FROM } = env();
  if (!SMTP_URL || !MAIL_FROM) return 0;
  const due = await sql<Due>(
    "mails-due",
    `update mails set attempts = attempts + 1, due_at = now() + make_interval(secs => $2)
     where id in (select id from mails where sent_at is null and given_up_at is null and due_at <= now()
       order by due_at limit $1 for update skip locked)
     returning id, recipient, subject, text, html, attached, attempts`,
    [atOnce, claimSeconds],
  );
  if (due.length === 0) return 0;
  // Every worker would carry it, and most installations begin without a mail server.
  const { createTransport } = await import("nodemailer");
  const transport = createTransport(SMTP_URL, { from: MAIL_FROM });
  try {
    for (const mail of due) await send(transport, mail);
  } finally {
    transport.close();
  }
  return due.length;
}

async function send(transport: Transporter, mail: Due): Promise<void> {
  try {
    const domain = /@([\w.-]+)/.exec(env().MAIL_FROM ?? "")?.[1] ?? "sluice";
    // The same id at every try, by which a reader's server knows one that came twice.
    const messageId = `<${mail.id}@${domain}>`;
    const { recipient: to, subject, text, html, attached } = mail;
    const attachments = await Promise.all(
      (attached ?? []).map(async ({ name, key }) => ({ filename: name, content: await store().get(key) })),
    );
    await transport.sendMail({ messageId, to, subject, text, ...(html ? { html } : {}), attachments });
    await sql("mail-sent", "update mails set sent_at = now(), error = null where id = $1", [mail.id]);
  } catch (error) {
    const { responseCode, message } = error as Error & { responseCode?: number };
    const over = mail.attempts >= mostAttempts || (responseCode !== undefined && responseCode >= 500);
    logger.warn({ mail: mail.id, error: message, over }, "mail not taken");
    await sql(
      "mail-failed",
      `update mails set error = $2, given_up_at = case when $3 then now() end, due_at = now() + make_interval(secs => $4)
       where id = $1`,
      [mail.id, message.slice(0, 500), over, Math.min(3_600, 5 * 2 ** mail.attempts)],
    );
  }
}

/** Forgets mail that was sent or given up long ago. */
export async function forgetOldMails(): Promise<void> {
  await sql(
    "mails-forget",
    "delete from mails where coalesce(sent_at, given_up_at) < now() - make_interval(days => $1)",
    [keptDays],
  );
}
