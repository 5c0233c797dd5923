import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cluster } from "./cluster";
import { type Execution, until } from "./installation";

/**
 * Each fault at a random moment, over and over, on real processes and a real warehouse. Whatever an execution's end was,
 * afterwards nothing of ours is busy in the warehouse, no slot is held, every state is true, and nothing ran twice: the
 * warehouse's own log is the witness. `npm run test:faults` goes round 200 times.
 */

const rounds = Number(process.env.FAULT_SERIES ?? 5);
const seed = Number(process.env.FAULT_SEED ?? randomInt(2 ** 31));
// So that the moments of a run that found something can be had again.
process.stdout.write(`FAULT_SEED=${seed}\n`);

const cluster = new Cluster("fault-series");
const slots = 8;
const minutes = 120_000 + rounds * 10_000;
let marks = 0;
let hurried = "";

/** mulberry32: small, and the same everywhere. */
let state = seed;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const between = (from: number, to: number) => from + random() * (to - from);
const one = <T>(of: T[]): T => of[Math.floor(random() * of.length)] as T;

interface Piece {
  id: string;
  mark: string;
  seconds: number;
}

/** Marked in its own text, so that the warehouse's log tells it from all others. */
async function piece(seconds: number, how: { as?: string; lane?: string } = {}): Promise<Piece> {
  const mark = `mark ${seed} ${++marks}`;
  const sql = `select '${mark}' as mark, pg_sleep(${seconds.toFixed(3)})`;
  return { id: await cluster.submit(sql, mark, how), mark, seconds };
}

const pieces = (count: number, from: number, to: number) =>
  Promise.all(Array.from({ length: count }, () => piece(between(from, to))));

/** So many at once that slots are free for all. */
async function eachRound<P extends Piece>(go: () => Promise<P>): Promise<P[]> {
  const done: P[] = [];
  for (let n = 0; n < rounds; n += slots)
    done.push(...(await Promise.all(Array.from({ length: Math.min(slots, rounds - n) }, go))));
  return done;
}

type How = Execution["state"] | `failed ${string}`;
const told = new Map<string, Record<string, number>>();

/** The series' whole promise, once all of it has ended. @returns how each ended */
async function holds(series: string, all: Piece[], mayEnd: How[]): Promise<How[]> {
  const ends: { piece: Piece; how: How }[] = [];
  for (const own of all) {
    const { state, error } = await cluster.ended(own.id);
    ends.push({ piece: own, how: state === "failed" ? `failed ${error?.code}` : state });
  }
  const counts: Record<string, number> = {};
  for (const { how } of ends) counts[how] = (counts[how] ?? 0) + 1;
  told.set(series, counts);
  expect(mayEnd).toEqual(expect.arrayContaining(Object.keys(counts)));
  const begun = Date.now();
  await until("our sessions end", 10_000, async () => (await cluster.warehouse.busy()).length === 0).catch(
    async (error: Error) => {
      throw new Error(`${error.message}: ${(await cluster.warehouse.busy()).join("; ")}`);
    },
  );
  counts["ms until no session of ours was busy"] = Date.now() - begun;
  const slot = await cluster.db.query("select id, state from work where state <> 'done'");
  expect(slot.rows).toEqual([]);
  const lies = await cluster.db.query(
    `select e.id, e.state as execution, s.state as statement, k.state as work
     from executions e join statements s on s.id = e.statement_id join work k on k.id = s.work_id
     where e.state <> s.state or e.finished_at is null or s.finished_at is null or k.ended_at is null`,
  );
  expect(lies.rows).toEqual([]);
  const said = await cluster.warehouse.said(/'(mark \d+ \d+)'/);
  for (const { piece: own, how } of ends) {
    const { started = 0, through = 0 } = said.get(own.mark) ?? {};
    expect(started, `${own.mark} (${how}) ran in the warehouse so often`).toBeLessThanOrEqual(1);
    if (how !== "succeeded") continue;
    expect({ mark: own.mark, started, through }).toEqual({ mark: own.mark, started: 1, through: 1 });
    const { rows } = await cluster.ask("GET", `executions/${own.id}/rows`);
    expect(rows).toEqual([[own.mark, ""]]);
  }
  return ends.map(({ how }) => how);
}

beforeAll(async () => {
  await cluster.start({ webs: 2, workers: 3 });
  await cluster.ask("PUT", `warehouses/${cluster.warehouseId}/gate`, { slots, perUser: 0 });
  const made = await cluster.ask("POST", "tokens", { name: "hurried", scopes: ["*"] });
  hurried = String(made.value ?? made.token);
  await cluster.ask("PUT", "limits", { scope: "token", id: made.id, name: "seconds", value: 1 });
}, 240_000);
afterAll(async () => {
  for (const [series, counts] of told) process.stdout.write(`${series}: ${JSON.stringify(counts)}\n`);
  await cluster.stop();
}, 60_000);

it(
  "a person's stop",
  async () => {
    const stopped = await eachRound(async () => {
      const own = await piece(between(0, 2));
      await sleep(between(0, 1_500));
      await cluster.ask("POST", `executions/${own.id}/cancel`);
      return own;
    });
    const ends = await holds("stop", stopped, ["cancelled", "succeeded"]);
    expect(ends).toContain("cancelled");
  },
  minutes,
);

it(
  "an admin's kill, with the reason kept",
  async () => {
    const killed = await eachRound(async () => {
      const own = await piece(between(1.6, 3));
      await sleep(between(0, 1_500));
      const body = { of: "execution", targets: [own.id], reason: `too hot for ${own.mark}` };
      await cluster.ask("POST", `warehouses/${cluster.warehouseId}/stop`, body);
      return own;
    });
    await holds("admin kill", killed, ["cancelled"]);
    const { rows } = await cluster.db.query<{ id: string }>(
      "select id from executions where id = any($1) and stop_reason like 'too hot for mark%'",
      [killed.map((own) => own.id)],
    );
    expect(rows).toHaveLength(killed.length);
  },
  minutes,
);

it(
  "a time limit, met closely or by far",
  async () => {
    const late = await eachRound(() => piece(between(0.3, 1.7), { as: hurried }));
    const ends = await holds("timeout", late, ["succeeded", "failed timeout"]);
    for (const [n, own] of late.entries()) {
      if (own.seconds < 0.8) expect(ends[n]).toBe("succeeded");
      if (own.seconds > 1.2) expect(ends[n]).toBe("failed timeout");
    }
  },
  minutes,
);

it(
  "kill -9 of a worker, before the others have taken over what the last one held",
  async () => {
    const all: Piece[] = [];
    for (let n = 0; n < rounds; n++) {
      const worker = one(cluster.workers);
      all.push(...(await pieces(3, 0, 2.5)));
      await sleep(between(0, 1_000));
      await worker.kill();
      await worker.start();
    }
    await holds("worker killed", all, ["succeeded", "failed worker_lost"]);
  },
  minutes,
);

it(
  "kill -9 of a web process in the middle of submits",
  async () => {
    const all: Piece[] = [];
    for (let n = 0; n < rounds; n++) {
      const web = cluster.webs[n % cluster.webs.length];
      const asked = pieces(4, 0, 1.5);
      await sleep(between(0, 60));
      await web?.kill();
      all.push(...(await asked));
      await web?.start();
    }
    await holds("web killed", all, ["succeeded"]);
  },
  minutes,
);

it(
  "kill -9 of the queue, with all that it carried",
  async () => {
    const all: Piece[] = [];
    for (let n = 0; n < rounds; n++) {
      const asked = pieces(3, 0, 1);
      await sleep(between(0, 120));
      await cluster.killRedis();
      const meanwhile = pieces(1, 0, 0.5);
      await sleep(between(0, 800));
      await cluster.startRedis();
      all.push(...(await asked), ...(await meanwhile));
    }
    await holds("queue killed", all, ["succeeded"]);
  },
  minutes,
);

it(
  "a cut wire between the workers and the warehouse, or one that says nothing more first",
  async () => {
    const all: Piece[] = [];
    for (let n = 0; n < rounds; n++) {
      all.push(...(await pieces(3, 0.5, 2)));
      await sleep(between(0, 1_000));
      if (random() < 0.5) {
        cluster.warehouse.wire.freeze();
        await sleep(between(0, 1_500));
      }
      cluster.warehouse.wire.cut();
      await sleep(between(0, 1_000));
      cluster.warehouse.wire.heal();
    }
    await holds("wire cut", all, ["succeeded", "failed connection"]);
  },
  minutes,
);

it(
  "nobody watches any more, where that ends work",
  async () => {
    await cluster.ask("PUT", `warehouses/${cluster.warehouseId}/gate`, { unwatchedMinutes: 1 });
    await cluster.db.query(`update warehouses set ${minuteAgo("unwatched_from")} where unwatched_minutes is not null`);
    // A worker that has just begun does not judge yet who is watched: this one has then been ended by one that does.
    const all = [await unwatched(100, false)];
    const gone = await eachRound(() => unwatched(between(1, 6), random() < 0.3));
    await cluster.ask("PUT", `warehouses/${cluster.warehouseId}/gate`, { unwatchedMinutes: null });
    all.push(...gone);
    const ends = await holds("unwatched", all, ["cancelled", "succeeded"]);
    for (const [n, { mark, seconds, watched }] of all.entries()) {
      // A round comes every two seconds: what had more to go was ended.
      if (watched) expect({ mark, end: ends[n] }).toEqual({ mark, end: "succeeded" });
      else if (seconds > 5) expect({ mark, end: ends[n] }).toEqual({ mark, end: "cancelled" });
    }
    const { rows } = await cluster.db.query(
      "select from executions where id = any($1) and stop_reason like 'Nobody watched this for a minute, and watched ends%'",
      [all.map(({ id }) => id)],
    );
    expect(rows).toHaveLength(ends.filter((end) => end === "cancelled").length);
  },
  minutes,
);

/** As if a minute had gone by since. */
const minuteAgo = (column: string) => `${column} = ${column} - interval '61 seconds'`;
const workOf = "(select s.work_id from statements s join executions e on e.statement_id = s.id where e.id = $1)";

/** Asked for a minute ago at a random moment, and looked at once meanwhile, or not at all; answers at its end. */
async function unwatched(seconds: number, watched: boolean): Promise<Piece & { watched: boolean }> {
  const own = await piece(seconds, { lane: "interactive" });
  const found = async (where: string) => (await cluster.db.query(`select ${where}`, [own.id])).rows.length > 0;
  if (watched) {
    await cluster.ask("GET", `executions/${own.id}`);
    const known = () => found(`from work where watched_at is not null and id = ${workOf}`);
    await until(`${own.mark} is known to be watched`, 10_000, known);
  }
  await sleep(between(0, 1_500));
  await cluster.db.query(`update executions set ${minuteAgo("submitted_at")} where id = $1`, [own.id]);
  await cluster.db.query(`update work set ${minuteAgo("queued_at")} where id = ${workOf}`, [own.id]);
  // Not by asking Sluice: who asks it watches.
  await until(`${own.mark} ends`, 90_000, () => found("from executions where id = $1 and finished_at is not null"));
  return { ...own, watched };
}
