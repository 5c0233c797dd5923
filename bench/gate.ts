import type pg from "pg";
import { bareQueue } from "./bare-queue";
import { Crowd, people } from "./crowd";
import type { Line, Measured, Sitting } from "./line";
import { inOwnDatabase } from "./own-database";
import { runOne, submit } from "./sluice";
import { percentile, spread, timed } from "./stats";

/** Submit until running, by the database's clock, one execution after the other. */
async function toRunning({ sluice, warehouse }: Sitting, client: pg.Client, times: number): Promise<number[]> {
  const ids: string[] = [];
  for (let n = 0; n < times + 20; n++)
    ids.push((await runOne(sluice, { warehouse, sql: `select ${n}, ${Math.random()}` }, 1)).id);
  const { rows } = await client.query<{ ms: number }>(
    `select extract(epoch from s.started_at - s.queued_at)::float8 * 1000 as ms
     from statements s join executions e on e.statement_id = s.id where e.id = any($1)`,
    [ids.slice(20)],
  );
  return rows.map((row) => row.ms);
}

/** What the gate adds before a statement runs, and what it costs an admin to look at it and to hold and release work. */
export const gate: Line = {
  name: "gate",
  measure: (sitting) => inOwnDatabase(sitting, (client) => measure(sitting, client)),
};

async function measure(sitting: Sitting, client: pg.Client): Promise<Measured[]> {
  const { sluice, quick } = sitting;
  const times = quick ? 30 : 300;
  const [few, many, waiting] = quick ? [200, 2_000, 800] : [1_000, 100_000, 10_000];
  const { within, across } = await bareQueue(sitting, times);
  // Ours goes from one process to another, too.
  const bare = spread(across);
  const measured: Measured[] = [];
  const add = (what: string, samples: number[]) => {
    const { p50, p95 } = spread(samples);
    const met = p50 <= 1.5 * bare.p50 && p95 <= 2 * bare.p95;
    const target = "p50 <= 1.5x, p95 <= 2x bare BullMQ (Redis)";
    measured.push({ what, unit: "ms", ours: p50, ours95: p95, floor: bare.p50, floor95: bare.p95, target, met });
  };
  const addWithin = (what: string, samples: number[], most = 50) => {
    const { p50, p95 } = spread(samples);
    measured.push({ what, unit: "ms", ours: p50, ours95: p95, target: `p95 <= ${most}`, met: p95 <= most });
  };
  const crowd = new Crowd(client);
  try {
    const alone = await toRunning(sitting, client, times);
    add("submit to running; bare add to handled in another process", alone);
    const [one, ours] = [spread(within), spread(alone)];
    measured.push({
      ...{ what: "the same; bare add to handled in one process", unit: "ms", ours: ours.p50, ours95: ours.p95 },
      ...{ floor: one.p50, floor95: one.p95, target: "no figure of its own", met: null },
    });
    await sluice.json("PUT", "/api/v1/warehouses/bench/gate", { perUser: 1, slots: people + 16 });
    await crowd.come(waiting);
    await crowd.growTo(few);
    const young = await steps(sitting, client, times);
    await crowd.growTo(many);
    add(`the same with ${waiting} waiting`, await toRunning(sitting, client, times));
    const old = await steps(sitting, client, times);
    const then = `with ${waiting} waiting of ${people} people in all lanes and ${many} past`;
    addWithin(`admission ${then}`, old.admission);
    addWithin("load page's data then", old.load);
    addWithin("release of held work (end of a pause)", old.release);
    // Whoever looks up something among n by an index takes a time that grows as log n.
    const most = Math.log(many) / Math.log(few);
    for (const what of ["admission", "release", "load"] as const) {
      const [p50, before] = [percentile(old[what], 50), percentile(young[what], 50)];
      const target = `<= ${most.toFixed(2)}x: log ${many} / log ${few}`;
      const growth = `growth of ${what === "load" ? "the load page's data" : what}: ${many} past over ${few}`;
      measured.push({ what: growth, unit: "ms", ours: p50, floor: before, target, met: p50 <= most * before });
    }
    await crowd.stillWaits();
  } finally {
    await sluice.json("POST", "/api/v1/warehouses/bench/stop", {
      of: "person",
      targets: [await me(sitting)],
      reason: "bench",
    });
    await crowd.leave();
    await sluice.json("PUT", "/api/v1/warehouses/bench/gate", { perUser: 0, slots: 16 });
  }
  return measured;
}

const me = async ({ sluice }: Sitting) => (await sluice.json<{ id: string }>("GET", "/api/v1/me")).body.id;

/** What depends on who waits and on what was before: milliseconds of each go. */
async function steps({ sluice }: Sitting, client: pg.Client, times: number) {
  const { rows } = await client.query<{ id: string }>("select id from warehouses where name = 'bench'");
  const admission = await timed(times, () => client.query("select sluice_regate($1)", [rows[0]?.id]), 5);
  const load = await timed(times / 3, () => sluice.json("GET", "/api/v1/warehouses/bench/load"), 5);
  const release: number[] = [];
  for (let n = 0; n < times / 10; n++) {
    await sluice.json("PUT", "/api/v1/warehouses/bench/gate", { paused: true, reason: "bench" });
    const { id } = await submit(sluice, { warehouse: "bench", sql: `select 'held', ${Math.random()}` });
    const from = performance.now();
    await sluice.json("PUT", "/api/v1/warehouses/bench/gate", { paused: false });
    release.push(performance.now() - from);
    await sluice.json("GET", `/api/v1/executions/${id}?wait=30`);
  }
  return { admission, load, release };
}
