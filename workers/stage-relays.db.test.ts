import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { cancelRun } from "@/lib/runs/cancel-run";
import { getRun, waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse, buildWriter } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { startStageWorker } from "./testing/stage-worker";

/** Stages that mean ill by the way to a warehouse that they were given. */

let ana: Context;
let teamId: string;
let warehouse: BuiltWarehouse;
let writer = "";
const said = path.join(mkdtempSync(path.join(tmpdir(), "sluice-relays-")), "said");

/**
 * `clinging` leaves a process that goes on writing; `prying` tries the relay of the stage `holding`, which waits for it; `deaf`
 * asks for something long, and does not end when it is asked to.
 */
function addOperators(): void {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-operators-"));
  const begin = `
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import pg from "${path.resolve("node_modules/pg/esm/index.mjs")}";
const say = (line) => appendFileSync("${said}", line + "\\n");
const ways = (folder) => {
  const { warehouse } = JSON.parse(readFileSync(folder + "/context.json", "utf8")).connections;
  return { ...warehouse, host: warehouse.socket ?? warehouse.host, password: readFileSync(warehouse.passwordFile, "utf8") };
};
const until = async (done) => { while (!done()) await delay(50); };
const signIn = async (way) => {
  const client = new pg.Client(way);
  client.on("error", () => undefined);
  await client.connect();
  return client;
};
`;
  const programs = {
    clinging: `${begin}
const inside = process.argv[2];
const way = inside ? JSON.parse(inside) : ways(process.env.SLUICE_IN);
const client = await signIn(way);
await client.query("insert into notes values ('" + (inside ? "left behind" : "own") + "')");
if (inside) {
  say("pid " + process.pid);
  try {
    for (;;) { await client.query("insert into notes values ('left behind')"); await delay(20); }
  } catch { say("cut"); }
  await signIn(way).then((again) => again.query("insert into notes values ('again')")).then(() => say("let in"), () => say("refused"));
} else {
  // Without our environment and in a session of its own: nothing says whose it is.
  spawn(process.execPath, [process.argv[1], JSON.stringify(way)], { detached: true, stdio: "ignore", env: {}, cwd: "/" }).unref();
  await until(() => existsSync("${said}"));
  process.exit(0);
}
`,
    deaf: `${begin}
process.on("SIGTERM", () => undefined);
setInterval(() => undefined, 1_000);
writeFileSync("${said}.deaf", String(process.pid));
const way = ways(process.env.SLUICE_IN);
await (await signIn(way)).query("select pg_sleep(600)").catch(() => undefined);
await signIn(way).then(() => "let in", ({ message }) => message).then((answer) => writeFileSync("${said}.again", answer));
`,
    holding: `${begin}
writeFileSync("${said}.in", process.env.SLUICE_IN);
await until(() => existsSync("${said}.pried"));
`,
    prying: `${begin}
await until(() => existsSync("${said}.in"));
const [own, other] = [ways(process.env.SLUICE_IN), ways(readFileSync("${said}.in", "utf8"))];
const code = await signIn({ ...other, user: own.user, password: own.password }).then(() => "let in", ({ code }) => code);
writeFileSync("${said}.pried", code);
process.exit(0);
`,
  };
  for (const [id, program] of Object.entries(programs)) {
    mkdirSync(path.join(folder, id));
    const manifest = {
      ...{ id, version: "1.0.0", title: `${id[0]?.toUpperCase()}${id.slice(1)}`, summary: "Of a test.", group: "get" },
      ...{ icon: "code", repeatSafe: true, image: "none", process: { command: ["node", "main.mjs"] } },
      parameters: { type: "object", properties: { warehouse: { type: "string", "x-widget": "warehouse" } } },
      connections: [{ parameter: "warehouse", role: "writer" }],
    };
    writeFileSync(path.join(folder, id, "operator.json"), JSON.stringify(manifest));
    writeFileSync(path.join(folder, id, "main.mjs"), program);
  }
  process.env.SLUICE_OPERATORS = folder;
}

beforeAll(async () => {
  addOperators();
  await testDatabase();
  teamId = (await buildTeam()).id;
  ana = await buildPerson({ teamIds: [teamId] });
  const sql = "create table notes (note text, at timestamptz default clock_timestamp())";
  warehouse = await buildWarehouse({ teamIds: [teamId], sql });
  writer = await buildWriter(warehouse, `grant insert on notes to $writer`);
  await startStageWorker();
});

const inWarehouse = (sql: string, values: unknown[] = []) => rowsIn(warehouse.database, sql, values);

async function run(...stages: Stage[]) {
  const { name } = await buildPipeline(ana, { stages }, { teamId, warehouses: [warehouse.id] });
  return waitForRun(ana, (await startRun(ana, name, {})).id, 40);
}
const stage = (operator: string): Stage => ({
  id: operator,
  operator: `${operator}@1`,
  params: { warehouse: warehouse.name },
});

it("what a stage leaves running is cut off the warehouse before the stage has ended, and not let in again", async () => {
  const view = await run(stage("clinging"));
  expect(view).toMatchObject({ state: "succeeded", error: null });
  const backends = `select 1 from pg_stat_activity where usename = '${writer}' and application_name <> 'sluice control'`;
  expect(await inWarehouse(backends)).toEqual([]);
  const lines = () => readFileSync(said, "utf8").trim().split("\n");
  const [, pid] = /^pid (\d+)$/.exec(lines()[0] ?? "") ?? [];
  // It has come away from the stage's own processes, or was ended with them.
  await expect.poll(() => lines().at(-1) === "refused" || !isThere(Number(pid))).toBe(true);
  expect(lines()).not.toContain("let in");
  const late = "select note, at from notes where at > $1 or note = 'again'";
  expect(await inWarehouse(late, [view.stages[0]?.finishedAt])).toEqual([]);
  const wrote = "select distinct note from notes order by note";
  expect(await inWarehouse(wrote)).toEqual([["left behind"], ["own"]]);
});

it("a stage is not let in by the relay of another", async () => {
  const view = await run(stage("holding"), stage("prying"));
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(readFileSync(`${said}.pried`, "utf8")).toBe("28P01");
});

it("a stage that is stopped does nothing in the warehouse any more, while its program does not listen yet", async () => {
  const { name } = await buildPipeline(ana, { stages: [stage("deaf")] }, { teamId, warehouses: [warehouse.id] });
  const { id } = await startRun(ana, name, {});
  const asleep = () =>
    inWarehouse(`select 1 from pg_stat_activity where usename = '${writer}' and query like '%pg_sleep(600)%'`);
  await expect.poll(asleep, { timeout: 60_000 }).toHaveLength(1);
  const pid = Number(readFileSync(`${said}.deaf`, "utf8"));
  await cancelRun(ana, id);
  await expect.poll(asleep, { timeout: 60_000 }).toEqual([]);
  // By state, not by time: it is ended with SIGKILL, and only then may its end be written.
  expect([isThere(pid), (await getRun(ana, id)).state]).toEqual([true, "running"]);
  await expect.poll(() => existsSync(`${said}.again`), { timeout: 60_000 }).toBe(true);
  expect(readFileSync(`${said}.again`, "utf8")).toBe("This run was cancelled.");
  process.kill(pid, "SIGKILL");
  expect(await waitForRun(ana, id, 60)).toMatchObject({ state: "cancelled" });
}, 240_000);

it("a stage whose time is over does nothing in the warehouse any more, while its program does not listen yet", async () => {
  rmSync(`${said}.again`, { force: true });
  // Enough for it to have asked for something long by then.
  const slow = { ...stage("deaf"), resources: { timeout: "20s" } };
  const { name } = await buildPipeline(ana, { stages: [slow] }, { teamId, warehouses: [warehouse.id] });
  const { id } = await startRun(ana, name, {});
  const asleep = () =>
    inWarehouse(`select 1 from pg_stat_activity where usename = '${writer}' and query like '%pg_sleep(600)%'`);
  await expect.poll(asleep, { timeout: 60_000 }).toHaveLength(1);
  const pid = Number(readFileSync(`${said}.deaf`, "utf8"));
  await expect.poll(() => existsSync(`${said}.again`), { timeout: 60_000 }).toBe(true);
  // By state, not by time: it is ended with SIGKILL, and only then may its end be written.
  expect([isThere(pid), (await getRun(ana, id)).state]).toEqual([true, "running"]);
  expect(readFileSync(`${said}.again`, "utf8")).toBe("It took longer than 20 seconds, and was ended.");
  expect(await asleep()).toEqual([]);
  process.kill(pid, "SIGKILL");
  const view = await waitForRun(ana, id, 60);
  expect([view.state, view.stages[0]?.error?.cause]).toEqual(["failed", "timeout"]);
}, 240_000);

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
