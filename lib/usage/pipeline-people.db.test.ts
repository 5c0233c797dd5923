import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { closeQueue } from "@/lib/jobs/queue";
import { archivePipeline } from "@/lib/pipelines/archive-pipeline";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { pipelineFor } from "@/lib/pipelines/row";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { cancelRun } from "@/lib/runs/cancel-run";
import { createRun, publishedVersion, startRun } from "@/lib/runs/start-run";
import { tryPipeline } from "@/lib/runs/try-pipeline";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, contextFor } from "@/lib/testing/factories";
import { listPipelineTriggers } from "@/lib/triggers/data";
import { updateTrigger } from "@/lib/triggers/save-trigger";
import { countUsage } from "./count-usage";
import { forgetUsage, getUsage } from "./data";
import { nextDay } from "./days";
import { type UsageWeek, usageQuery } from "./schema";

/** People who had to do with pipelines: of each test's own team, for nothing takes a line out of the audit log. */

let team: { id: string; name: string };

const day = 86_400_000;
const person = () => buildPerson({ teamIds: [team.id] });

beforeAll(async () => void (await testDatabase()));
afterAll(closeQueue);
beforeEach(async () => {
  for (const table of ["usage_days", "usage_weeks", "usage_counted"]) await pool().query(`delete from ${table}`);
  team = await buildTeam({ name: `t-${newId()}` });
});

const text = (name: string, more = "") =>
  `name: ${name}\nowner: ${team.name}\n${more}stages:\n  - {id: a, operator: noop@1}\n`;

/** A pipeline of the team's, published by this person. */
async function published(by: Context, more = ""): Promise<string> {
  const name = `p-${newId()}`;
  await publishPipeline(by, name, { text: text(name, more), format: "yaml" });
  return name;
}

/** As of all weeks together: the test may go on past a Sunday's midnight. */
async function counted(of: keyof Omit<UsageWeek, "week">): Promise<number> {
  await pool().query("update usage_counted set counted_at = counted_at - interval '2 minutes'");
  await countUsage();
  forgetUsage();
  const { weeks } = await getUsage(await person(), { ...usageQuery.parse({}), team: team.id });
  return weeks.reduce((sum, week) => sum + week[of], 0);
}

describe("people of pipelines", () => {
  it("are those who published, tried, started, cancelled or archived one, or paused its schedule", async () => {
    const [author, trier, starter, stopper, pauser, archiver] = await Promise.all(Array.from({ length: 6 }, person));
    const name = await published(author as Context, 'triggers:\n  - {cron: "0 8 * * *", timezone: UTC}\n');
    expect(await counted("pipelines")).toBe(1);
    await tryPipeline(trier as Context, { document: text(name), format: "yaml", rows: 10 });
    expect(await counted("pipelines")).toBe(2);
    const { id } = await startRun(starter as Context, name, {});
    expect(await counted("pipelines")).toBe(3);
    await cancelRun(stopper as Context, id);
    expect(await counted("pipelines")).toBe(4);
    const [schedule] = await listPipelineTriggers(pauser as Context, name);
    await updateTrigger(pauser as Context, schedule?.id ?? "", { paused: true });
    expect(await counted("pipelines")).toBe(5);
    await archivePipeline(archiver as Context, name);
    expect(await counted("pipelines")).toBe(6);
    expect([await counted("people"), await counted("page")]).toEqual([6, 0]);
  });

  it("are counted once, whatever they did, and are of the API too where they came by it", async () => {
    const ana = await person();
    const name = await published(ana);
    await startRun(ana, name, {});
    const token = await contextFor(ana.user.id, { id: newId(), scopes: ["*"] });
    const { id } = await startRun(token, await published(ana), {});
    await db().attempt.updateMany({ where: { runId: id }, data: { startedAt: new Date() } });
    expect([await counted("people"), await counted("pipelines"), await counted("api")]).toEqual([1, 1, 1]);
  });

  it("are nobody for what a schedule or a service account starts, and for rows that are saved as a table", async () => {
    const ana = await person();
    const bo = await person();
    const name = await published(ana);
    const pipeline = await pipelineFor(bo, name);
    const now = new Date();
    const interval = { from: new Date(now.getTime() - day), to: now, timeZone: "UTC" };
    const version = await publishedVersion(pipeline.id, 1);
    await createRun(bo, { pipeline, version, interval, params: {}, trigger: "cron", lane: "scheduled" });
    const robot = await person();
    await db().user.update({ where: { id: robot.user.id }, data: { serviceTeamId: team.id } });
    await startRun(robot, name, {});
    const run = newId();
    const of = { intervalFrom: now, intervalTo: now, timeZone: "UTC", trigger: "save", userId: bo.user.id };
    const what = { name: "save", ownerId: bo.user.id, document: {}, pins: {}, saves: {} };
    await db().run.create({ data: { id: run, version: 0, ...of, tried: { create: what } } });
    await db().$transaction((tx) => audit(tx, bo, "run.cancel", `run:${run}`));
    expect(await counted("pipelines")).toBe(1);
  });

  it("are of the past too, where a day was closed before they were counted; what it says already stays", async () => {
    const ana = await person();
    const at = Date.now() - 9 * day;
    const past = new Date(at).toISOString().slice(0, 10);
    await db().auditEntry.create({
      data: {
        ...{ id: newId(at), at: new Date(at), userId: ana.user.id, action: "pipeline.publish" },
        object: "pipeline:p",
      },
    });
    // As the release before left it. What it was counted from is gone since, as tries go.
    for (let each = past; each <= new Date().toISOString().slice(0, 10); each = nextDay(each))
      await pool().query("insert into usage_counted (day, closed, took_ms) values ($1, true, 1)", [each]);
    const row = "insert into usage_days values ($1, $2, 'page', '', '', 0, 0, 0, 0, 7)";
    await pool().query(row, [past, ana.user.id]);
    expect(await counted("pipelines")).toBe(1);
    const { rows } = await pool().query("select stages from usage_days where user_id = $1", [ana.user.id]);
    expect(rows).toEqual([{ stages: 7 }]);
    const { rows: open } = await pool().query("select 1 from usage_counted where rules < 1 or not closed");
    expect(open).toEqual([]);
  });
});
