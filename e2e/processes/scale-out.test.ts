import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cluster } from "./cluster";

/**
 * Two web processes and three workers on one PostgreSQL and one Redis, each with a clock of its own: at most a minute
 * lies between two of them. Only the database's clock decides anything.
 */

const cluster = new Cluster("scale-out");
let people: { id: string; token: string }[];
let keys = 0;

beforeAll(async () => {
  await cluster.start({ webs: 2, workers: 3, clocks: [0, 30, -30, 30, -30] });
  people = await Promise.all(["ana", "ben", "eva"].map((name) => cluster.person(name)));
}, 240_000);
afterAll(() => cluster.stop(), 60_000);

const gate = (values: object) => cluster.ask("PUT", `warehouses/${cluster.warehouseId}/gate`, values);
/** By one web after the other. */
const submit = (sql: string, as?: string) =>
  cluster.submit(sql, `scale ${++keys}`, { web: cluster.webs[keys % 2], ...(as ? { as } : {}) });

/** The most that ever held a slot at once, of all and of one person. */
async function most(ids: string[]): Promise<{ all: number; person: number; workers: number }> {
  const { rows } = await cluster.db.query<{ all: number; person: number; workers: number }>(
    `with pieces as (select k.* from work k where k.id in
       (select s.work_id from statements s join executions e on e.statement_id = s.id where e.id = any($1)))
     select max((select count(*) from pieces o where o.admitted_at <= k.admitted_at and o.ended_at > k.admitted_at))::int as all,
       max((select count(*) from pieces o where o.user_id = k.user_id and o.admitted_at <= k.admitted_at
         and o.ended_at > k.admitted_at))::int as person,
       count(distinct k.worker_id)::int as workers from pieces k`,
    [ids],
  );
  return rows[0] ?? { all: 0, person: 0, workers: 0 };
}

it("slots and turns are those of the whole, not of a process", async () => {
  await gate({ slots: 4, perUser: 2 });
  const ids = await Promise.all(
    Array.from({ length: 60 }, (_, n) => submit(`select pg_sleep(0.2), ${n}`, people[n % 3]?.token)),
  );
  for (const id of ids) expect(await cluster.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await most(ids)).toEqual({ all: 4, person: 2, workers: 3 });
}, 90_000);

it("a rolling restart of everything loses nothing, and runs nothing twice", async () => {
  await gate({ slots: 8, perUser: 0 });
  const asked: Promise<string>[] = [];
  let restarting = true;
  const load = (async () => {
    while (restarting) {
      asked.push(submit(`select 'roll ${process.pid} ${asked.length}' as mark, pg_sleep(0.3)`));
      await sleep(60);
    }
  })();
  for (const one of [...cluster.workers, ...cluster.webs]) {
    await one.end();
    await one.start();
  }
  restarting = false;
  await load;
  const ids = await Promise.all(asked);
  const ends: string[] = [];
  for (const id of ids) ends.push((await cluster.ended(id)).state);
  expect(new Set(ends)).toEqual(new Set(["succeeded"]));
  const said = await cluster.warehouse.said(/'(roll \d+ \d+)'/);
  expect(said.size).toBe(ids.length);
  expect([...said.values()].filter(({ started, through }) => started !== 1 || through !== 1)).toEqual([]);
}, 120_000);

it("clocks a minute apart end no work of the living, and take over that of the dead", async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, (_, n) => submit(`select pg_sleep(8), 'clock ${n}'`)));
  await sleep(2_000);
  await cluster.workers[1]?.kill();
  const ends = await Promise.all(ids.map((id) => cluster.ended(id)));
  const { rows } = await cluster.db.query<{ lost: number; workers: number }>(
    `select count(*) filter (where s.state = 'failed')::int as lost, count(distinct k.worker_id)::int as workers
     from executions e join statements s on s.id = e.statement_id join work k on k.id = s.work_id where e.id = any($1)`,
    [ids],
  );
  // Its share was taken over by those who live; theirs went on to its end.
  expect(ends.filter(({ error }) => error?.code === "worker_lost")).toHaveLength(rows[0]?.lost ?? -1);
  expect(ends.filter(({ state }) => state === "succeeded").length).toBeGreaterThan(0);
  await cluster.workers[1]?.start();
  const { rows: backwards } = await cluster.db.query(
    `select e.id from executions e join statements s on s.id = e.statement_id
     where s.started_at < s.queued_at or s.finished_at < s.started_at or e.finished_at < e.submitted_at`,
  );
  expect(backwards).toEqual([]);
}, 60_000);

it("a schedule fires once for its time, whoever's clock looks", async () => {
  const body = { warehouse: cluster.warehouseId, title: "Scheduled", sql: "select 'fired'" };
  const { id: query } = await cluster.ask("POST", "queries", body);
  const { id } = await cluster.ask("POST", `queries/${query}/triggers`, { when: "0 8 * * *", zone: "UTC" });
  const due = async () => {
    const { rows } = await cluster.db.query<{ next_at: Date }>(
      "update triggers set next_at = date_trunc('second', now()) where id = $1 returning next_at",
      [id],
    );
    return rows[0]?.next_at;
  };
  await due();
  await sleep(4_000);
  const { rows } = await cluster.db.query("select count(*)::int as fired from executions where query_id = $1", [query]);
  expect(rows).toEqual([{ fired: 1 }]);
}, 60_000);

it("a pause is felt by all three workers", async () => {
  const took: number[] = [];
  let pausing = true;
  const ids: Promise<string>[] = [];
  const load = (async () => {
    while (pausing) {
      ids.push(submit(`select ${ids.length}, pg_sleep(0.02)`));
      await sleep(15);
    }
  })();
  for (let n = 0; n < 6; n++) {
    await sleep(200);
    const now = async (sql: string) => (await cluster.db.query<{ at: Date }>(sql)).rows[0]?.at.getTime() ?? 0;
    // By the database's clock: those of the webs are wrong.
    const asked = await now("select clock_timestamp() as at");
    await gate({ paused: true, reason: "felt" });
    await sleep(600);
    took.push((await now("select max(started_at) as at from statements")) - asked);
    await gate({ paused: false });
  }
  pausing = false;
  await load;
  process.stdout.write(`ms from asking for a pause to the last start before it is felt: ${took.join(" ")}\n`);
  for (const id of await Promise.all(ids)) expect(await cluster.ended(id)).toMatchObject({ state: "succeeded" });
}, 120_000);
