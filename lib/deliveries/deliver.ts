import type { QueuedAttempt } from "@/lib/jobs/job";
import { queueMail } from "@/lib/mail/queue-mail";
import { encrypt } from "@/lib/platform/crypto";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { publicUrl } from "@/lib/platform/url";
import type { StartedAttempt } from "@/lib/runs/lease";
import { runKeyOf, runUrl } from "@/lib/runs/url";
import { secretsFor } from "@/lib/secrets/secrets-for";
import { refuseAddress } from "@/lib/webhooks/destination";
import { queueWebhook } from "@/lib/webhooks/queue-webhook";
import type { Delivery } from "./schema";

/** A file of the stage's that lies in the store already, where nobody knows of it yet. */
export interface Put {
  path: string;
  storeKey: string;
  format: string;
  bytes: number;
  rows: number | null;
  sha256: string;
}

export interface Delivered {
  files: number;
  mails: number;
  webhooks: number;
  /** Mails and messages that an attempt before has sent for this interval. */
  already: number;
}

/**
 * Delivers what a stage wants delivered, in one transaction that holds its lease: all of it, or nothing where the lease is
 * lost (null). A mail or message goes once for a stage, an interval and a receiver, whichever attempt or run asks for it again; files
 * are exchanged, but not by a late attempt.
 * @param secrets the secret's name, by the parameter that asks for it
 * @throws SluiceError in words for the pipeline's owner
 */
export async function deliver(
  own: QueuedAttempt,
  started: StartedAttempt,
  wanted: Delivery,
  puts: Put[],
  secrets: Record<string, string>,
): Promise<Delivered | null> {
  const people = await peopleOf(wanted);
  for (const { url } of wanted.webhooks) refuseAddress(url, "url");
  const names = wanted.webhooks.map(({ secret }) => secrets[secret] ?? "");
  if (names.includes("")) throw new SluiceError("invalid", "Name the secret that signs the message.");
  const values = await secretsFor(started.pipeline, [...new Set(names)]);
  return db().$transaction(async (tx) => {
    const held = await tx.$queryRaw<unknown[]>`select 1 from attempts
      where id = ${own.attempt} and lease_token = ${own.lease} and state = 'running' for update`;
    if (held.length === 0) return null;
    const done: Delivered = { files: 0, mails: 0, webhooks: 0, already: 0 };
    const kept = new Map<string, { id: string; put: Put }>();
    for (const put of puts) {
      const linked = wanted.mails.filter((mail) => mail.as === "link" && mail.path === put.path);
      const readers = linked.flatMap(({ to }) => to.map((one) => people.get(one.toLowerCase()) ?? ""));
      kept.set(put.path, { id: await keepFile(tx, started, put, readers), put });
      done.files++;
    }
    for (const { to, subject, text, path, as } of wanted.mails) {
      const file = kept.get(path);
      if (!file) throw new SluiceError("invalid", `The mail names a file that there is not: ${path}.`);
      for (const one of new Set(to.map((address) => address.toLowerCase()))) {
        if (!(await first(tx, started, `mail ${one}`))) {
          done.already++;
          continue;
        }
        const link = as === "link" ? `The file: ${publicUrl(`/files/${file.id}`)}\n` : "";
        const body = `${text}\n\n${link}The run: ${runUrl(started.run.id)}\n`;
        const attached = as === "file" ? [{ name: path.split("/").at(-1) ?? "", key: file.put.storeKey }] : [];
        await queueMail(tx, { to: one, subject, text: body, attached });
        done.mails++;
      }
    }
    for (const [n, { url, body }] of wanted.webhooks.entries()) {
      if (!(await first(tx, started, `webhook ${url}`))) {
        done.already++;
        continue;
      }
      const id = newId();
      const webhookSecret = encrypt(values.get(names[n] ?? "") ?? "", id);
      await queueWebhook(tx, { id, trigger: null, webhook: url, webhookSecret }, body);
      done.webhooks++;
    }
    return done;
  });
}

/** Ids of those who are mailed, by address: only people who have an account. */
async function peopleOf({ mails }: Delivery): Promise<Map<string, string>> {
  const asked = [...new Set(mails.flatMap(({ to }) => to.map((one) => one.toLowerCase())))];
  if (asked.length === 0) return new Map();
  if (!env().SMTP_URL)
    throw new SluiceError("invalid", "No mail server is set up here. Ask an admin to set SMTP_URL and MAIL_FROM.");
  const found = await db().$queryRaw<{ id: string; email: string }[]>`select id, lower(email) as email from users
    where lower(email) = any(${asked}) and disabled_at is null`;
  const people = new Map(found.map(({ id, email }) => [email, id]));
  const strangers = asked.filter((one) => !people.has(one));
  if (strangers.length === 0) return people;
  throw new SluiceError(
    "invalid",
    `Nobody here has the address ${strangers.join(", ")}. Mail goes to people with an account.`,
  );
}

/** Whether nobody has sent this before. An attempt beside us, which ours waits for here, cannot hold its lease as well. */
async function first(tx: Transaction, started: StartedAttempt, target: string): Promise<boolean> {
  const made = await tx.$executeRaw`insert into deliveries (run_key, target, attempt_id)
    values (${runKeyOf(started)}, ${target}, ${started.id}) on conflict do nothing`;
  return made === 1;
}

/** @throws SluiceError conflict where a later attempt has put another there */
async function keepFile(tx: Transaction, started: StartedAttempt, put: Put, readers: string[]): Promise<string> {
  const { pipeline, run, stage, fencingToken } = started;
  const { path, storeKey, format, bytes, rows, sha256 } = put;
  const home = pipeline.teamId ?? pipeline.ownerId;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    insert into stored_files as f (id, pipeline_id, home, path, store_key, format, bytes, rows, sha256, run_id, stage, fencing_token, readers)
    values (${newId()}, ${pipeline.id}, ${home}, ${path}, ${storeKey}, ${format}, ${bytes}, ${rows}, ${sha256}, ${run.id}, ${stage}, ${fencingToken}, ${readers})
    on conflict (home, path) do update set pipeline_id = excluded.pipeline_id, store_key = excluded.store_key, format = excluded.format,
      bytes = excluded.bytes, rows = excluded.rows, sha256 = excluded.sha256, run_id = excluded.run_id, stage = excluded.stage,
      fencing_token = excluded.fencing_token, readers = array(select distinct unnest(f.readers || excluded.readers)), updated_at = now()
    where f.fencing_token <= excluded.fencing_token returning id`;
  if (row) return row.id;
  throw new SluiceError("conflict", `${path} was exchanged by a later run meanwhile.`);
}
