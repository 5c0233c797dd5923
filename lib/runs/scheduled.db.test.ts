import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { closeQueue } from "@/lib/jobs/queue";
import { getPipeline } from "@/lib/pipelines/data";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { decrypt } from "@/lib/platform/crypto";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { publicUrl } from "@/lib/platform/url";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildSecret, buildTeam, buildUser, contextFor } from "@/lib/testing/factories";
import { listPipelineTriggers, listSlots } from "@/lib/triggers/data";
import { fireTriggers } from "@/lib/triggers/fire";
import { deleteTrigger, updateTrigger } from "@/lib/triggers/save-trigger";
import { listRuns } from "./data";
import { tellOfRuns } from "./tell";

let ana: Context;
let ben: Context;
let name: string;

beforeAll(async () => {
  Object.assign(process.env, { SMTP_URL: "smtp://127.0.0.1:9", MAIL_FROM: "sluice@example.com" });
  await testDatabase();
  const team = await buildTeam({ name: "growth" });
  const person = async () => buildPerson({ teamIds: [team.id] });
  [ana, ben] = [await person(), await person()];
});
afterAll(closeQueue);
beforeEach(() => {
  name = `p-${newId()}`;
});

const hour = 3_600_000;

/** A pipeline that runs each hour, and of which nothing was dealt with for so many hours. */
async function hourly(hours: number, more = "", cron = ""): Promise<void> {
  const text = `name: ${name}
owner: growth
triggers:
  - {cron: "0 * * * *", timezone: UTC${cron}}
${more}stages:
  - {id: a, operator: noop@1}
`;
  await publishPipeline(ana, name, { text, format: "yaml" });
  const first = new Date(Math.floor(Date.now() / hour) * hour - (hours - 1) * hour);
  await pool().query(
    "update triggers set next_at = $2 where pipeline_id = (select id from pipelines where name = $1)",
    [...[name, first]],
  );
  await fireTriggers();
}

const runs = async () => (await listRuns(ana, { pipeline: name, limit: 50 })).items.reverse();
async function slots(): Promise<string[]> {
  const { rows } = await pool().query<{ outcome: string }>(
    `select s.outcome from trigger_slots s join triggers t on t.id = s.trigger_id join pipelines p on p.id = t.pipeline_id
     where p.name = $1 order by s.slot`,
    [name],
  );
  return rows.map(({ outcome }) => outcome);
}
const end = (id: string, state: string) =>
  pool().query("update runs set state = $2::run_state, finished_at = now(), error = 'a: broken' where id = $1", [
    id,
    state,
  ]);

describe("a slot", () => {
  it("starts one run over the last complete unit before it, whoever fires it and how often", async () => {
    await hourly(1);
    await Promise.all([fireTriggers(), fireTriggers()]);
    const [run, none] = await runs();
    expect(none).toBeUndefined();
    const to = Math.floor(Date.now() / hour) * hour;
    expect(run).toMatchObject({
      ...{ trigger: "cron", by: { id: ana.user.id } },
      interval: { from: new Date(to - hour).toISOString(), to: new Date(to).toISOString(), timeZone: "UTC" },
    });
    expect(await slots()).toEqual(["ran"]);
    expect((await getPipeline(ana, name)).nextAt).toBe(new Date(to + hour).toISOString());
  });

  it("that comes once starts one run, over the day before it where the trigger's clocks are", async () => {
    const text = (at: string) => `name: ${name}
owner: growth
triggers:
  - {at: "${at}", timezone: Asia/Kathmandu}
stages:
  - {id: a, operator: noop@1}
`;
    const soon = new Date(Date.now() + hour).toISOString();
    await publishPipeline(ana, name, { text: text(soon), format: "yaml" });
    expect((await getPipeline(ana, name)).nextAt).toBe(soon);
    // As if that hour had gone by since: 20:00 in UTC is past midnight there.
    const at = new Date(`${new Date(Date.now() - 24 * hour).toISOString().slice(0, 10)}T20:00:00Z`);
    await pool().query(
      "update triggers set at = $2, next_at = $2 where pipeline_id = (select id from pipelines where name = $1)",
      [...[name, at]],
    );
    await fireTriggers();
    await fireTriggers();
    const [run, none] = await runs();
    expect(none).toBeUndefined();
    const midnight = at.getTime() - 105 * 60_000;
    expect(run).toMatchObject({
      trigger: "cron",
      interval: {
        ...{ from: new Date(midnight - 24 * hour).toISOString(), to: new Date(midnight).toISOString() },
        timeZone: "Asia/Kathmandu",
      },
    });
    expect(await slots()).toEqual(["ran"]);
    expect((await getPipeline(ana, name)).nextAt).toBeNull();
  });

  it("is skipped while a run goes on, waits its turn, or takes its place, as the pipeline says", async () => {
    for (const [overlap, outcome, states] of [
      ["skip", "skipped", ["running"]],
      ["queue", "ran", ["running", "queued"]],
      ["cancel", "ran", ["cancelled", "running"]],
    ] as const) {
      name = `p-${newId()}`;
      await hourly(1, `concurrency: {overlap: ${overlap}}\n`);
      await pool().query(
        "update triggers set next_at = date_trunc('hour', now()) + interval '1 millisecond' where pipeline_id = (select id from pipelines where name = $1)",
        [name],
      );
      await fireTriggers();
      expect(await slots(), overlap).toEqual(["ran", outcome]);
      expect(
        (await runs()).map(({ state }) => state),
        overlap,
      ).toEqual(states);
    }
  });

  it("that was missed runs late, all of them do, or none, as the trigger says", async () => {
    await hourly(3);
    expect(await slots()).toEqual(["missed", "missed", "ran"]);
    name = `p-${newId()}`;
    await hourly(3, "", ", missed: all");
    expect(await slots()).toEqual(["ran", "ran", "ran"]);
    expect((await runs()).map(({ state }) => state)).toEqual(["running", "queued", "queued"]);
  });

  it("that was missed and is wanted neither takes the place of another nor loses its own", async () => {
    const states = async () => (await runs()).map(({ state }) => state);
    await hourly(3, "concurrency: {overlap: cancel}\n", ", missed: all");
    expect(await states()).toEqual(["running", "queued", "queued"]);
    // Just after the hour the last of them was on time.
    await pool().query("update trigger_slots set slot = slot - interval '61 seconds' where run_id = any($1)", [
      (await runs()).map(({ id }) => id),
    ]);
    // One that is on time waits behind them, and gives way to the next that is.
    for (const [ago, expected] of [
      ["2 milliseconds", ["running", "queued", "queued", "queued"]],
      ["1 millisecond", ["running", "queued", "queued", "cancelled", "queued"]],
    ] as const) {
      await pool().query(
        `update triggers set next_at = date_trunc('milliseconds', now()) - $2::interval
         where pipeline_id = (select id from pipelines where name = $1)`,
        [name, ago],
      );
      await fireTriggers();
      expect(await states()).toEqual(expected);
    }
  });
});

it("tells a team once an incident, by inbox and mail: of the first failure, and when it runs again", async () => {
  const notices = async () =>
    (await db().notice.findMany({ where: { userId: ben.user.id }, orderBy: { id: "asc" } })).map(({ text }) => text);
  const mailsTo = async ({ user }: Context) => {
    const { email: recipient } = await db().user.findUniqueOrThrow({ where: { id: user.id } });
    const mails = await db().mail.findMany({ where: { recipient }, orderBy: { id: "asc" } });
    return mails.map(({ subject, text }) => ({ subject, text }));
  };
  await db().notice.deleteMany();
  await db().mail.deleteMany();
  const ended: string[] = [];
  for (const state of ["failed", "failed", "succeeded", "succeeded"]) {
    await hourly(1);
    await pool().query("delete from trigger_slots");
    const open = (await runs()).find((run) => run.state === "running");
    await end(open?.id ?? "", state);
    await tellOfRuns();
    ended.push(open?.id ?? "");
  }
  const [failed, again] = [`The pipeline “${name}” failed: a: broken`, `The pipeline “${name}” runs again.`];
  expect(await notices()).toEqual([failed, again]);
  const mails = [
    { subject: failed, text: `${failed}\n\n${publicUrl(`/runs/${ended[0]}`)}\n` },
    { subject: again, text: `${again}\n\n${publicUrl(`/runs/${ended[2]}`)}\n` },
  ];
  for (const one of [ana, ben]) expect(await mailsTo(one)).toEqual(mails);
  expect(await db().mail.count()).toBe(4);
});

it("tells whom the document names, each once, and its webhook, signed", async () => {
  const other = await buildTeam({ name: "on call" });
  const [cat, dan] = await Promise.all([buildUser({ teamIds: [other.id] }), buildUser()]);
  const bystander = await buildUser();
  await buildSecret(null, { name: "hook_key", value: "a key to sign with" });
  await db().notice.deleteMany();
  const more = `notify:
  people: [${dan.email.toUpperCase()}, ${(await db().user.findUniqueOrThrow({ where: { id: ben.user.id } })).email}]
  teams: [on call]
  webhook: {url: https://example.com/hook, secret: hook_key}
`;
  await hourly(1, more);
  const open = (await runs()).find((run) => run.state === "running");
  await end(open?.id ?? "", "failed");
  await tellOfRuns();
  const text = `The pipeline “${name}” failed: a: broken`;
  const notices = await db().notice.findMany({ select: { userId: true, text: true } });
  const sorted = (ids: string[]) => [...ids].sort();
  expect(notices.map((one) => one.text)).toEqual([text, text, text, text]);
  expect(sorted(notices.map(({ userId }) => userId))).toEqual(sorted([ana.user.id, ben.user.id, cat.id, dan.id]));
  expect(notices.map(({ userId }) => userId)).not.toContain(bystander.id);
  const [sent] = await db().webhook.findMany({ where: { url: "https://example.com/hook" } });
  expect(decrypt(sent?.secret ?? "", sent?.id ?? "")).toBe("a key to sign with");
  expect(JSON.parse(sent?.body ?? "")).toMatchObject({
    ...{ id: sent?.id, event: "pipeline.failed", pipeline: { name }, run: { id: open?.id }, text },
  });
  // The secret goes: the people are told that the program was not.
  await db().secret.deleteMany({ where: { name: "hook_key" } });
  await pool().query("delete from trigger_slots");
  await hourly(1, more.replace("  webhook: {url: https://example.com/hook, secret: hook_key}\n", ""));
  const again = (await runs()).find((run) => run.state === "running");
  await pool().query(
    `update pipeline_versions set document = document || '{"notify": {"webhook": {"url": "https://example.com/hook", "secret": "hook_key"}}}'
     where pipeline_id = (select id from pipelines where name = $1)`,
    [name],
  );
  await end(again?.id ?? "", "succeeded");
  await db().notice.deleteMany();
  await tellOfRuns();
  const [told] = await db().notice.findMany({ where: { userId: ben.user.id } });
  expect(told?.text).toMatch(/runs again\. Its webhook was not told\. There is no secret hook_key/);
});

describe("a team is told, by inbox and mail,", () => {
  const told = async () => {
    const [{ email }, notices] = await Promise.all([
      db().user.findUniqueOrThrow({ where: { id: ben.user.id } }),
      db().notice.findMany({ where: { userId: ben.user.id }, orderBy: { id: "asc" } }),
    ]);
    const mails = await db().mail.count({ where: { recipient: email } });
    expect(mails).toBe(notices.length);
    return notices.map(({ text }) => text);
  };
  beforeEach(async () => {
    await db().notice.deleteMany();
    await db().mail.deleteMany();
  });

  it("of what was missed, once for an absence", async () => {
    await hourly(3);
    const [first, ...more] = await told();
    expect(first).toMatch(/^The pipeline “.+” missed 2 runs, from .+ to .+ \(UTC\): Sluice was not running\.$/);
    expect(more).toEqual([]);
    // The absence goes on, as far as its ledger says.
    await pool().query("update trigger_slots set outcome = 'missed', slot = slot - interval '3 hours'");
    await pool().query(
      `update triggers set missed = 'none', next_at = date_trunc('hour', now()) - interval '2 hours'
       where pipeline_id = (select id from pipelines where name = $1)`,
      [name],
    );
    await fireTriggers();
    expect((await slots()).filter((one) => one === "missed").length).toBeGreaterThan(4);
    expect(await told()).toHaveLength(1);
  });

  it("of what could not be started, once until it could", async () => {
    await hourly(1);
    await pool().query("delete from runs");
    await pool().query("delete from trigger_slots");
    await db().user.update({ where: { id: ana.user.id }, data: { disabledAt: new Date() } });
    const again = async () => {
      await pool().query("update trigger_slots set slot = slot - interval '1 hour'");
      await pool().query(
        "update triggers set next_at = date_trunc('hour', now()) where pipeline_id = (select id from pipelines where name = $1)",
        [name],
      );
      await fireTriggers();
    };
    await again();
    await again();
    await db().user.update({ where: { id: ana.user.id }, data: { disabledAt: null } });
    expect(await slots()).toEqual(["failed", "failed"]);
    expect(await told()).toEqual([
      `The pipeline “${name}” could not run: The account of the pipeline's owner was closed. Give it another owner.`,
    ]);
  });
});

describe("a schedule", () => {
  const triggers = () => listPipelineTriggers(ana, name);
  const comesNow = async () => {
    await pool().query(
      `update triggers set next_at = date_trunc('milliseconds', now())
       where next_at is not null and pipeline_id = (select id from pipelines where name = $1)`,
      [name],
    );
    await fireTriggers();
  };
  const publish = (stage: string, cron: string | null = "0 * * * *") => {
    const when = cron ? `triggers:\n  - {cron: "${cron}", timezone: UTC}\n` : "";
    const text = `name: ${name}\nowner: growth\n${when}stages:\n  - {id: ${stage}, operator: noop@1}\n`;
    return publishPipeline(ana, name, { text, format: "yaml" });
  };

  it("is paused and resumed by its owners, also over the next version, and its ledger says so", async () => {
    await hourly(1);
    const [{ id } = { id: "" }] = await triggers();
    expect(await updateTrigger(ben, id, { paused: true })).toMatchObject({ pipeline: name, paused: true });
    await publish("b");
    await comesNow();
    expect(await slots()).toEqual(["ran", "paused"]);
    expect(await getPipeline(ana, name)).toMatchObject({ nextAt: null, paused: true, schedules: [{ paused: true }] });
    expect(await updateTrigger(ana, id, { paused: false })).toMatchObject({ paused: false, mayEdit: true });
    await comesNow();
    const { items } = await listSlots(ana, id, undefined, 10);
    const [run] = await runs();
    expect(items).toMatchObject([
      { outcome: "skipped", run: null, error: null },
      { outcome: "paused", run: null },
      { outcome: "ran", run: { id: run?.id, state: "running" } },
    ]);
    expect(await getPipeline(ana, name)).toMatchObject({ nextAt: expect.any(String), paused: false });
  });

  it("is over where the live version has it no more: its ledger stays, and it comes back unpaused", async () => {
    await hourly(1);
    const [{ id } = { id: "" }] = await triggers();
    await updateTrigger(ana, id, { paused: true });
    await publish("a", "30 5 * * *");
    expect(await triggers()).toMatchObject([
      { when: "30 5 * * *", paused: false, nextAt: expect.any(String) },
      { id, paused: false, nextAt: null, last: { outcome: "ran" } },
    ]);
    await expect(updateTrigger(ana, id, { paused: false })).rejects.toThrow("This schedule is over");
    await publish("a");
    expect(await triggers()).toMatchObject([{ id, paused: false, nextAt: expect.any(String) }]);
  });

  it("is changed in the document alone, and by nobody else", async () => {
    await hourly(1);
    const [{ id } = { id: "" }] = await triggers();
    const refused = { code: "invalid", extra: { fields: [{ field: "when" }] } };
    await expect(updateTrigger(ana, id, { when: "0 8 * * *", paused: true })).rejects.toMatchObject(refused);
    await expect(deleteTrigger(ana, id)).rejects.toThrow(`stands in the document of the pipeline ${name}`);
    const [stranger, viewer] = [await buildUser(), await buildUser({ role: "viewer", teamIds: ana.teamIds })];
    const other = await contextFor(stranger.id);
    const unseen = { code: "not_found" };
    await expect(updateTrigger(other, id, { paused: true })).rejects.toMatchObject(unseen);
    await expect(listSlots(other, id, undefined, 10)).rejects.toMatchObject(unseen);
    const looking = await contextFor(viewer.id);
    await expect(updateTrigger(looking, id, { paused: true })).rejects.toMatchObject({ code: "forbidden" });
    expect(await listPipelineTriggers(looking, name)).toMatchObject([{ paused: false, mayEdit: false }]);
  });
});
