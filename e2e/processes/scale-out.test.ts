import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cluster } from "./cluster";

/**
 * Two web processes and three workers on one PostgreSQL and one Redis, each with a clock of its own: at most a minute
 * lies between two of them. Only the database's clock decides anything.
 */

const cluster = new Cluster("scale-out");
type Person = Awaited<ReturnType<typeof cluster.person>>;
let people: Person[];
let keys = 0;

beforeAll(async () => {
  await cluster.start({ webs: 2, workers: 3, clocks: [0, 30, -30, 30, -30] });
  people = await Promise.all(["ana", "ben", "eva"].map((name) => cluster.person(name)));
  // By a token every lane is an admin's to choose; turns and limits are the same for all.
  await cluster.db.query("update users set role = 'admin' where id = any($1)", [people.map(({ id }) => id)]);
}, 240_000);
afterAll(() => cluster.stop(), 60_000);

const gate = (values: object) => cluster.ask("PUT", `warehouses/${cluster.warehouseId}/gate`, values);
/** By one web after the other, where none is named. */
const submit = (sql: string, as?: string, { lane, web = keys % 2 }: { lane?: string; web?: number } = {}) =>
  cluster.submit(sql, `scale ${++keys}`, {
    ...{ web: cluster.webs[web] },
    ...(as ? { as } : {}),
    ...(lane ? { lane } : {}),
  });

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

it("lanes and turns keep their order, whichever web was asked", async () => {
  await gate({ slots: 1, perUser: 0, paused: true, reason: "until all are there" });
  const run = `order ${process.pid} ${keys}`;
  const lanes = ["backfill", "scheduled", "api", "interactive"];
  const ids: string[] = [];
  // Each person's, in each lane, twice, by one web and by the other: the last lane comes first, and so does one person.
  try {
    for (const [n, { token }] of people.entries())
      for (const lane of lanes)
        for (const web of [0, 1]) ids.push(await submit(`select '${run} ${n} ${lane} ${web}'`, token, { lane, web }));
  } finally {
    await gate({ paused: false });
  }
  for (const id of ids) expect(await cluster.ended(id)).toMatchObject({ state: "succeeded" });
  // The warehouse's own log is in the order in which they ran.
  const said = [...(await cluster.warehouse.said(new RegExp(`'${run} (\\d \\w+ \\d)'`))).keys()];
  const ran = said.map((mark) => mark.split(" "));
  expect(ran.map(([, lane]) => lane)).toEqual(lanes.toReversed().flatMap((lane) => Array(6).fill(lane)));
  for (let n = 0; n < ran.length; n += people.length)
    expect(ran.slice(n, n + people.length).map(([person]) => person)).toEqual(expect.arrayContaining(["0", "1", "2"]));
}, 120_000);

it("a person's own limit and the number for each hold over both webs and all workers", async () => {
  const [ana, ben] = people as [Person, Person];
  await gate({ slots: 6, perUser: 3, paused: false });
  await cluster.ask("PUT", "limits", { scope: "person", id: ana.id, name: "running", value: 1 });
  const stopAll = { of: "everything", reason: "the test is over" };
  try {
    // All at once, by one web and by the other.
    await Promise.all(
      [ana, ben, ana, ben, ben, ben, ben].map(({ token }, n) => submit(`select pg_sleep(300), 'held ${n}'`, token)),
    );
    const load = async () => {
      const found = await cluster.ask("GET", `warehouses/${cluster.warehouseId}/load`);
      const { running, waiting } = found as Record<string, { user: { name: string }; reason?: string }[]>;
      const names = (running ?? []).map(({ user }) => user.name);
      return { running: names.sort(), waiting: (waiting ?? []).map(({ reason }) => reason).sort() };
    };
    // Two slots stay free: the one limit and the other are what holds the rest.
    const waiting = ["Limit running of the person ana: 1", "ben already runs 3", "ben already runs 3"];
    await expect.poll(load).toEqual({ running: ["ana", "ben", "ben", "ben"], waiting });
    // And so says the warehouse.
    const busy = async () => (await cluster.warehouse.busy()).filter((line) => line.includes("'held")).length;
    await expect.poll(busy).toBe(4);
  } finally {
    await cluster.ask("POST", `warehouses/${cluster.warehouseId}/stop`, stopAll);
    await cluster.ask("PUT", "limits", { scope: "person", id: ana.id, name: "running", value: null });
  }
}, 120_000);

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
