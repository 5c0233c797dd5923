import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { readerFor } from "@/lib/access/reader";
import { runQuery } from "@/lib/executions/run-query";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildToken, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { buildLake } from "@/lib/testing/lake";
import { admittedWork, drainLine } from "@/lib/testing/line";
import { adapterFor } from "@/lib/warehouses/registry";
import { setHeat } from "./heat-settings";
import { beginStatement, startWork } from "./lease";
import { getLoad } from "./load";
import { getLoadHistory } from "./load-history";
import { addPause, endPause } from "./pauses";
import { sampleWarehouses } from "./sample";

beforeAll(async () => {
  await testDatabase();
});
afterAll(closeGate);

/** Work that waits, of people who differ in how much, in which lane, how long and whether it was raised; and what some run. */
const crowd = `
  with works as (
    insert into work (id, warehouse_id, reader_id, user_id, lane, state, raised, queued_at)
    select $1 || i, $1, (select id from warehouse_roles where warehouse_id = $1 limit 1),
      ($2::text[])[1 + floor(random() ^ $3 * cardinality($2))::int], floor(random() * 4)::int,
      case when i <= 20 then 'running' else 'waiting' end::work_state,
      random() < 0.01, now() - floor(random() * $4) * interval '100 seconds'
    from generate_series(1, 920) i returning id, warehouse_id, reader_id, user_id
  ), texts as (
    insert into statements (id, work_id, warehouse_id, reader_id, sql)
    select 's' || id, id, warehouse_id, reader_id, 'select 1' from works
  )
  insert into executions (id, statement_id, warehouse_id, user_id, lane, sql)
  select id, 's' || id, warehouse_id, user_id, 0, 'select 1' from works`;

/** The rule at its plainest: every piece has its turn after what its person runs and their own of the same lane before it. */
const inOrder = `
  select id from (
    select *, row_number() over (partition by user_id, lane_now order by raised desc, queued_at, id) + (
      select count(*) from work r where r.warehouse_id = $1 and r.user_id = k.user_id and r.state = 'running') as turn
    from (select *, sluice_lane_now(lane, queued_at) as lane_now from work where warehouse_id = $1 and state = 'waiting') k
  ) t order by raised desc, lane_now, turn, queued_at, id limit 200`;

it.each([
  ["a few people, of whom one has the most", { people: 4, skew: 3, waited: 10 }],
  ["many people, whose work has just come", { people: 40, skew: 1, waited: 1 }],
  ["many people, whose work has stood for long", { people: 40, skew: 2, waited: 30 }],
])("shows the first of a long line in the order in which they come: %s", async (_what, { people, skew, waited }) => {
  const team = (await buildTeam()).id;
  const admin = await buildPerson({ role: "admin", teamIds: [team] });
  const { id } = await buildWarehouse({ slots: 1, teamIds: [team] });
  const theirs = await Promise.all(Array.from({ length: people }, async () => (await buildUser()).id));
  await pool().query(crowd, [id, theirs, skew, waited]);
  const { rows } = await pool().query<{ id: string }>(inOrder, [id]);
  const load = await getLoad(admin, id);
  expect(load.waiting.map(({ executionId }) => executionId)).toEqual(rows.map((row) => row.id));
  expect(load.waiting.map(({ position }) => position)).toEqual(rows.map((_row, n) => n + 1));
  expect(load.waitingTotal).toBe(900);
  expect(load.used).toBe(20);
});

/** A warehouse whose server takes the connection and says nothing. */
async function silentWarehouse(team: string): Promise<string> {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { id } = await buildWarehouse({ teamIds: [team] });
  const { port } = server.address() as AddressInfo;
  await pool().query(
    "update warehouses set config = config || jsonb_build_object('host', '127.0.0.1', 'port', $2::int) where id = $1",
    [...[id, port]],
  );
  return id;
}

it("does not wait for a silent warehouse: what it last said stands, with when that was", async () => {
  const team = (await buildTeam()).id;
  const admin = await buildPerson({ role: "admin", teamIds: [team] });
  const id = await silentWarehouse(team);
  const said = {
    active: 3,
    waiting: 1,
    idleInTransaction: 0,
    blocked: 0,
    foreign: 2,
    oldestSeconds: null,
    whole: true,
  };
  await pool().query(
    `insert into load_samples (warehouse_id, at, load, problem, used, queued, slots) values
       ($1, '2026-01-31T08:00:00Z', null, 'Older.', 0, 0, 1), ($1, '2026-01-31T08:00:10Z', $2, null, 0, 0, 1)`,
    [id, said],
  );
  await setHeat(admin, id, { hotWaiting: 4, hotActive: 2 });
  const { warehouseLoad, problem, saidAt, heat } = await getLoad(admin, id);
  expect({ warehouseLoad, problem, saidAt, heat }).toEqual({
    warehouseLoad: said,
    problem: null,
    saidAt: "2026-01-31T08:00:10.000Z",
    heat: { heat: 1.5, words: "3 sessions are active" },
  });
});

it("says of a lake what the workers have sampled, whose processes they are, and after a while nothing of it", async () => {
  const admin = await buildPerson({ role: "admin" });
  const id = (await buildLake()).id;
  const said = {
    active: 3,
    waiting: 0,
    idleInTransaction: 0,
    blocked: 0,
    foreign: 0,
    oldestSeconds: null,
    whole: true,
  };
  const sampled = { ...said, cpu: 0.95, memory: 0.1 };
  await pool().query(
    `insert into load_samples (warehouse_id, at, load, used, queued, slots) values ($1, now() - interval '5 seconds', $2, 0, 0, 1)`,
    [id, sampled],
  );
  const asked = vi.spyOn(await adapterFor("duckdb"), "load");
  onTestFinished(() => asked.mockRestore());
  const now = await getLoad(admin, id);
  // What this process could answer is not asked for: it would be of no use.
  expect(asked).not.toHaveBeenCalled();
  expect(now).toMatchObject({ warehouseLoad: sampled, saidAt: expect.any(String) });
  expect(now.heat?.words).toBe("its processes take 95 % of the processors");
  await pool().query("update load_samples set at = at - interval '10 minutes' where warehouse_id = $1", [id]);
  expect(await getLoad(admin, id)).toMatchObject({ warehouseLoad: { active: 0, cpu: 0 }, saidAt: null });
  expect(asked).toHaveBeenCalledOnce();
});

it("samples results and files like any other, once somebody has used them", async () => {
  const admin = await buildPerson({ role: "admin" });
  const { id } = await db().warehouse.findFirstOrThrow({ where: { personal: true } });
  await readerFor(admin, id);
  // Another test's round may just have looked.
  await db().loadSampler.deleteMany();
  await sampleWarehouses();
  expect((await getLoadHistory(admin, id)).points).toEqual([expect.objectContaining({ active: 0, waiting: 0 })]);
  expect(await getLoad(admin, id)).toMatchObject({ warehouseLoad: { active: 0, cpu: 0 }, saidAt: expect.any(String) });
});

it("says how long what runs usually takes: the very same, else its saved query, else nothing", async () => {
  const team = (await buildTeam()).id;
  const admin = await buildPerson({ role: "admin", teamIds: [team] });
  const { id: warehouse } = await buildWarehouse({ teamIds: [team] });
  const ran = async (sql: string, seconds: number, values: string) => {
    const { id } = await runQuery(admin, { warehouse, sql });
    await drainLine(warehouse);
    await pool().query(
      `with e as (update executions set query_id = $2 where id = $1 returning statement_id)
       update statements set started_at = finished_at - make_interval(secs => $3), ${values} where id = (select statement_id from e)`,
      [id, "monthly", seconds],
    );
  };
  for (const seconds of [2, 30, 4]) await ran("select 'March'", seconds, "state = 'succeeded'");
  await ran("select 'March'", 900, "state = 'failed'");
  const usual = async (sql: string, query: string | null) => {
    const { id } = await runQuery(admin, { warehouse, sql });
    await pool().query("update executions set query_id = $2 where id = $1", [id, query]);
    const [work] = await admittedWork(warehouse);
    if (!work) throw new Error("nothing was admitted");
    const started = await startWork(work, "w1", null);
    await beginStatement(work.lease, started?.statements[0]?.id ?? "");
    return (await getLoad(admin, warehouse)).running.find(({ executionId }) => executionId === id)?.usualSeconds;
  };
  expect(await usual("select 'March'", null)).toBe(4);
  expect(await usual("select 'April'", "monthly")).toBe(4);
  expect(await usual("select 'May'", null)).toBeNull();
});

it("says which team, person, lane or token a pause holds what waits for", async () => {
  const [mine, second, third] = [await buildTeam(), await buildTeam(), await buildTeam()];
  const admin = await buildPerson({ role: "admin" });
  const ana = await buildPerson({ name: "Ana", teamIds: [mine.id, second.id] });
  const { id: warehouse } = await buildWarehouse({ teamIds: [mine.id] });
  const made = await buildToken(ana.user.id);
  const token = await contextFor(ana.user.id, made);
  await runQuery(token, { warehouse, sql: "select 1", lane: "backfill" });
  const { name } = await db().apiToken.findUniqueOrThrow({ where: { id: token.tokenId ?? "" } });
  const reasons: string[] = [];
  for (const [of, targets] of [
    ["team", [second.id, third.id]],
    ["person", [ana.user.id]],
    ["lane", ["backfill"]],
    ["token", [token.tokenId ?? ""]],
  ] as const) {
    const { id } = await addPause(admin, { of, targets: [...targets], warehouse, reason: "Until 9" });
    const { waiting } = await getLoad(admin, warehouse);
    reasons.push(...waiting.map(({ reason }) => reason));
    await endPause(admin, id);
    await drainLine(warehouse);
    await runQuery(token, { warehouse, sql: `select '${of}'`, lane: "backfill" });
  }
  const { name: team } = await db().team.findUniqueOrThrow({ where: { id: second.id } });
  const words = [`team ${team}`, ana.user.name, "lane backfill", `token ${name}`];
  expect(reasons).toEqual(words.map((which) => `Paused (${which}): Until 9`));
});
