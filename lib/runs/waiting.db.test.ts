import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { runQuery } from "@/lib/executions/run-query";
import { setLimit } from "@/lib/gate/limits";
import type { LimitName } from "@/lib/gate/schema";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildToken, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { drainLine } from "@/lib/testing/line";
import { bearer, call } from "@/lib/testing/rest";
import { buildPipeline } from "@/lib/testing/runs";
import { listPipelineTriggers, listSlots } from "@/lib/triggers/data";
import { fireTriggers } from "@/lib/triggers/fire";
import { cancelRun } from "./cancel-run";
import { listRuns } from "./data";
import { startRun } from "./start-run";

/** Limits on what may wait, where a run begins. No worker runs here, so what a run sends to the gate stays there. */

let admin: Context;
let ana: Context;
let team: { id: string; name: string };
let warehouse: { id: string; name: string };

beforeAll(async () => void (await testDatabase()));
afterAll(closeGate);
beforeEach(async () => {
  await db().limit.deleteMany();
  await pool().query("delete from runs; delete from workers");
  team = await buildTeam();
  admin = await buildPerson({ role: "admin" });
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 1 });
});

const limit = (name: LimitName, value: number) => setLimit(admin, { scope: "team", id: team.id, name, value });

/** A pipeline with so many stages that begin at once. */
async function pipeline(stages = 1, of: Context = ana, at = warehouse): Promise<string> {
  const params = { warehouse: at.name, sql: "select 1 as n" };
  const each = Array.from({ length: stages }, (_, n) => ({
    ...{ id: `s${n}`, operator: "sql-extract@1", params, outputs: { rows: "csv" as const } },
  }));
  return (await buildPipeline(of, { stages: each }, { teamId: team.id })).name;
}
const start = async (stages = 1, of: Context = ana) => startRun(of, await pipeline(stages, of), {});
const runs = () => db().run.count();
const begun = () => db().auditEntry.count({ where: { action: "run.start" } });

it("refuses a run whose stages would be over what may wait, writes nothing of it, and lets it in later", async () => {
  await limit("waiting", 2);
  const first = await start();
  await start();
  const name = await pipeline();
  const token = await buildToken(ana.user.id);
  const before = await begun();
  const ask = () =>
    call({ method: "POST", path: "/pipelines/{name}/runs" }, { headers: bearer(token), params: { name }, body: {} });
  const refused = await ask();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
  expect(await refused.json()).toMatchObject({
    detail: `A stage of this run would wait for a slot where 2 pieces of work do, and 2 may for the team ${team.name}. Start it once some have run. An admin can raise it.`,
    limit: { name: "waiting", scope: "team", title: team.name, value: 2 },
  });
  expect([await runs(), await begun()]).toEqual([2, before]);
  await cancelRun(ana, first.id);
  expect((await ask()).status).toBe(202);
});

it("counts the stages that begin at once, and not those that come after", async () => {
  await limit("waiting", 3);
  const params = { warehouse: warehouse.name, sql: "select 1 as n" };
  const get = { operator: "sql-extract@1", params, outputs: { rows: "csv" as const } };
  const stages = ["a", "b", "c", "d"].map((id) => ({ ...get, id, ...(id > "b" ? { after: ["a"] } : {}) }));
  const { name } = await buildPipeline(ana, { stages }, { teamId: team.id });
  await startRun(ana, name, {});
  const error = { code: "rate_limited", message: expect.stringMatching(/^2 stages of this run would wait/) };
  await expect(start(2)).rejects.toMatchObject(error);
  await start(1);
});

it("lets a run in that has more stages than may wait, once nothing else does", async () => {
  await limit("waiting", 2);
  const own = await start();
  await expect(start(5)).rejects.toMatchObject({ code: "rate_limited" });
  await cancelRun(ana, own.id);
  await start(5);
  await expect(start()).rejects.toMatchObject({ code: "rate_limited" });
});

it("lets in what has its slot at once, however much waits elsewhere", async () => {
  const insert =
    "insert into workers (id, host, pid, stages_at_once, seen_at) values ($1, 'here', 1, 9, now() + interval '1 hour')";
  await pool().query(insert, [newId()]);
  await limit("waiting", 1);
  for (const n of [1, 2]) await runQuery(ana, { warehouse: warehouse.id, sql: `select ${n}` });
  await expect(start()).rejects.toMatchObject({ code: "rate_limited" });
  const free = await buildWarehouse({ teamIds: [team.id], slots: 2 });
  await startRun(ana, await pipeline(2, ana, free), {});
  await expect(startRun(ana, await pipeline(1, ana, free), {})).rejects.toMatchObject({ code: "rate_limited" });
  await drainLine(warehouse.id);
  await start();
});

it("counts each person alone where the limit does", async () => {
  await limit("waitingPerPerson", 1);
  await start();
  const words = expect.stringContaining(`1 may for one person by the limit of the team ${team.name}`);
  await expect(start()).rejects.toMatchObject({ code: "rate_limited", message: words });
  await start(1, await buildPerson({ teamIds: [team.id] }));
});

it("never lets more wait than the limit, however many come at once", async () => {
  await limit("waiting", 3);
  const names = await Promise.all(Array.from({ length: 8 }, () => pipeline()));
  const came = await Promise.allSettled(names.map((name) => startRun(ana, name, {})));
  expect(came.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  expect(await db().work.count({ where: { warehouseId: warehouse.id, state: "waiting" } })).toBe(3);
});

describe("a schedule's slot", () => {
  const now = new Date();
  const month = (n: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n, 1));

  /** A pipeline whose latest slot came while as much waited as may. */
  async function slotWithoutRoom() {
    const own = await start();
    await limit("waiting", 1);
    const name = `p-${newId()}`;
    const text = `name: ${name}
owner: ${team.name}
triggers: [{cron: "0 0 1 * *", timezone: UTC}]
stages:
  - {id: a, operator: sql-extract@1, params: {warehouse: ${warehouse.name}, sql: select 1 as n}, outputs: {rows: csv}}
`;
    await publishPipeline(ana, name, { text, format: "yaml" });
    const due = "update triggers set next_at = $2 where pipeline_id = (select id from pipelines where name = $1)";
    await pool().query(due, [name, month(0)]);
    await fireTriggers();
    const [trigger] = await listPipelineTriggers(ana, name);
    const id = trigger?.id ?? "";
    return {
      id,
      ledger: async () => (await listSlots(ana, id, undefined, 5)).items,
      runs: async () => (await listRuns(ana, { pipeline: name, limit: 5 })).items,
      again: async () => {
        await pool().query("update trigger_slots set noted_at = now() - interval '1 minute' where outcome = 'due'");
        await fireTriggers();
      },
      makeRoom: () => cancelRun(ana, own.id),
    };
  }

  it("waits, says why, and starts its run once there is room", async () => {
    const { ledger, runs: started, again, makeRoom } = await slotWithoutRoom();
    const waits = [{ outcome: "due", error: expect.stringContaining(`1 may for the team ${team.name}`), run: null }];
    expect(await ledger()).toMatchObject(waits);
    await again();
    expect([await ledger(), await started()]).toMatchObject([waits, []]);
    await makeRoom();
    await again();
    const [run, ...more] = await started();
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      trigger: "cron",
      interval: { from: month(-1).toISOString(), to: month(0).toISOString() },
    });
    expect(await ledger()).toMatchObject([{ outcome: "ran", error: null, run: { id: run?.id } }]);
    await again();
    expect(await started()).toHaveLength(1);
  });

  it("is paused with its schedule, and does not run then", async () => {
    const { id, ledger, runs: started, again, makeRoom } = await slotWithoutRoom();
    await pool().query("update triggers set paused_at = now() where id = $1", [id]);
    await makeRoom();
    await again();
    expect([await ledger(), await started()]).toMatchObject([[{ outcome: "paused", error: null }], []]);
  });
});
