import { notify } from "@/lib/inbox/notify";
import { queueMail } from "@/lib/mail/queue-mail";
import type { Notify, PipelineDocument } from "@/lib/pipelines/schema";
import { encrypt } from "@/lib/platform/crypto";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { publicUrl } from "@/lib/platform/url";
import { secretsFor } from "@/lib/secrets/secrets-for";
import { refuseAddress } from "@/lib/webhooks/destination";
import { queueWebhook } from "@/lib/webhooks/queue-webhook";
import { runUrl } from "./url";

/** A pipeline, as far as who is told of it goes. */
export interface Teller {
  id: string;
  name: string;
  title: string | null;
  ownerId: string;
  teamId: string | null;
  /** Of the version that it is about. */
  notify: Notify | undefined;
}

/** What is said, and where it is shown. */
export interface Said {
  event: "pipeline.failed" | "pipeline.recovered" | "pipeline.missed";
  text: string;
  /** Below our own origin. */
  url: string;
  run?: string;
}

interface Ended {
  id: string;
  pipeline_id: string;
  notify: Notify | null;
  name: string;
  title: string | null;
  owner_id: string;
  team_id: string | null;
  state: "succeeded" | "failed" | "cancelled";
  error: string | null;
  trigger: string;
  /** How the scheduled run before it ended; null: there was none. */
  before: string | null;
}

/** Of a pipeline: its team where it has one, else its owner; and whom its document names. */
async function toldOf(tx: Transaction, { ownerId, teamId, notify: named }: Teller): Promise<string[]> {
  const owners = teamId === null ? [] : await membersOf(tx, { id: teamId });
  const { people = [], teams = [] } = named ?? {};
  const others = teams.length > 0 ? await membersOf(tx, { name: { in: teams } }) : [];
  const found = await tx.$queryRaw<{ id: string }[]>`select id from users
    where lower(email) = any(${people.map((one) => one.toLowerCase())}) and disabled_at is null and service_team_id is null`;
  const all = [...(owners.length > 0 ? owners : [ownerId]), ...others, ...found.map(({ id }) => id)];
  return [...new Set(all)];
}

async function membersOf(tx: Transaction, team: { id: string } | { name: { in: string[] } }): Promise<string[]> {
  const members = await tx.teamMember.findMany({
    where: { team, user: { disabledAt: null } },
    select: { userId: true },
  });
  return members.map(({ userId }) => userId);
}

/**
 * Tells of scheduled runs that have ended, once an incident: of the first that fails, and of the first that succeeds again.
 * Whoever started one by hand looks at it. Safe in several workers at once.
 */
export async function tellOfRuns(): Promise<number> {
  let told = 0;
  while (await db().$transaction(tellOne)) told++;
  return told;
}

async function tellOne(tx: Transaction): Promise<boolean> {
  const [run] = await tx.$queryRaw<Ended[]>`
    select r.id, r.pipeline_id, v.document -> 'notify' as notify, p.name, p.title, p.owner_id, p.team_id, r.state::text, r.error, r.trigger, (
      select b.state::text from runs b where b.pipeline_id = r.pipeline_id and b.id <> r.id and b.finished_at <= r.finished_at
        and b.trigger in ('cron', 'retry') and b.state in ('succeeded', 'failed')
      order by b.finished_at desc, b.id desc limit 1) as before
    from runs r join pipelines p on p.id = r.pipeline_id
      join pipeline_versions v on v.pipeline_id = r.pipeline_id and v.number = r.version
    where r.told_at is null and r.state in ('succeeded', 'failed', 'cancelled')
    order by r.id limit 1 for update of r skip locked`;
  if (!run) return false;
  await tx.run.update({ where: { id: run.id }, data: { toldAt: new Date() } });
  const said = messageOf(run);
  if (said) {
    const { pipeline_id: id, name, title, owner_id: ownerId, team_id: teamId } = run;
    await tell(tx, { id, name, title, ownerId, teamId, notify: run.notify ?? undefined }, said);
  }
  return true;
}

function messageOf({ id, state, before, trigger, error, name, title }: Ended): Said | null {
  if (trigger !== "cron" && trigger !== "retry") return null;
  const where = { url: `/runs/${id}`, run: id };
  const called = `The pipeline “${title ?? name}”`;
  if (state === "failed" && before !== "failed")
    return { event: "pipeline.failed", text: `${called} failed: ${error ?? ""}`, ...where };
  if (state === "succeeded" && before === "failed")
    return { event: "pipeline.recovered", text: `${called} runs again.`, ...where };
  return null;
}

/** Of the live version. */
export async function tellerOf(tx: Transaction, pipelineId: string): Promise<Teller> {
  const { id, name, title, ownerId, teamId, version } = await tx.pipeline.findUniqueOrThrow({
    where: { id: pipelineId },
  });
  const where = { pipelineId_number: { pipelineId, number: version } };
  const { document } = await tx.pipelineVersion.findUniqueOrThrow({ where, select: { document: true } });
  return { id, name, title, ownerId, teamId, notify: (document as PipelineDocument).notify };
}

/** In their inbox, by mail, and to the webhook of the pipeline. */
export async function tell(tx: Transaction, about: Teller, said: Said): Promise<void> {
  const people = await toldOf(tx, about);
  const hook = about.notify?.webhook;
  const lost = hook ? await post(tx, about, said, hook) : null;
  const text = lost ? `${said.text} ${lost}` : said.text;
  await notify(tx, people, { kind: "failure", text: text.slice(0, 500), url: said.url });
  const readers = await tx.user.findMany({ where: { id: { in: people }, disabledAt: null, serviceTeamId: null } });
  const body = `${text}\n\n${publicUrl(said.url)}\n`;
  for (const { email } of readers) await queueMail(tx, { to: email, subject: said.text.slice(0, 150), text: body });
}

/** Signed as every webhook of ours. Answers what stood in the way, for the people who are told. */
async function post(
  tx: Transaction,
  about: Teller,
  said: Said,
  hook: NonNullable<Notify["webhook"]>,
): Promise<string | null> {
  const { id: pipelineId, name, title } = about;
  try {
    refuseAddress(hook.url);
    const secret = (await secretsFor(about, [hook.secret])).get(hook.secret) ?? "";
    const id = newId();
    const from = { id, trigger: null, webhook: hook.url, webhookSecret: encrypt(secret, id) };
    const run = said.run ? { run: { id: said.run, url: runUrl(said.run) } } : {};
    const pipeline = { id: pipelineId, name, title, url: publicUrl(`/pipelines/${name}`) };
    await queueWebhook(tx, from, { event: said.event, pipeline, ...run, text: said.text, url: publicUrl(said.url) });
    return null;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return `Its webhook was not told. ${error.message}`;
  }
}
