import type pg from "pg";
import { bareQueue } from "./bare-queue";
import type { Line, Measured, Sitting } from "./line";
import { inOwnDatabase } from "./own-database";
import { runOne, submit } from "./sluice";
import { percentile, spread, timed } from "./stats";

/** Executions of somebody else: so many that are over, or that wait behind one of theirs which runs for ever. */
const seed = (what: "done" | "waiting", from: number, count: number) => `
  with w as (select id as warehouse, (select id from warehouse_roles r where r.warehouse_id = w.id limit 1) as reader
    from warehouses w where name = 'bench'),
  works as (insert into work (id, warehouse_id, reader_id, user_id, lane, state, queued_at, admitted_at, ended_at)
    select 'bench-w' || i, warehouse, reader, 'bench-crowd', 3, '${what}',
      now() - ${what === "done" ? "i * interval '1 second'" : "interval '1 second'"},
      ${what === "done" ? "now() - i * interval '1 second', now() - i * interval '1 second'" : "null, null"}
    from w, generate_series(${from}, ${from + count - 1}) i returning 1),
  texts as (insert into statements (id, work_id, warehouse_id, reader_id, sql, state, finished_at)
    select 'bench-s' || i, 'bench-w' || i, warehouse, reader, 'select ' || i, '${what === "done" ? "succeeded" : "queued"}',
      ${what === "done" ? "now()" : "null"}
    from w, generate_series(${from}, ${from + count - 1}) i returning 1)
  insert into executions (id, statement_id, warehouse_id, user_id, lane, sql, state, submitted_at, finished_at)
    select 'bench-e' || i, 'bench-s' || i, warehouse, 'bench-crowd', 3, 'select ' || i,
      '${what === "done" ? "succeeded" : "queued"}', now(), ${what === "done" ? "now()" : "null"}
    from w, generate_series(${from}, ${from + count - 1}) i`;

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
  const [past, crowd] = quick ? [2_000, 500] : [100_000, 10_000];
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
  try {
    const alone = await toRunning(sitting, client, times);
    add("submit to running; bare add to handled in another process", alone);
    const [one, ours] = [spread(within), spread(alone)];
    measured.push({
      ...{ what: "the same; bare add to handled in one process", unit: "ms", ours: ours.p50, ours95: ours.p95 },
      ...{ floor: one.p50, floor95: one.p95, target: "no figure of its own", met: null },
    });
    await client.query(
      "insert into users (id, email, name, role) values ('bench-crowd', 'crowd@bench.example', 'Crowd', 'editor')",
    );
    const load = () => sluice.json("GET", "/api/v1/warehouses/bench/load");
    await client.query(seed("done", 1, past / 10));
    await client.query("analyze work, statements, executions");
    const few = await timed(times / 3, load, 5);
    await client.query(seed("done", past / 10 + 1, past - past / 10));
    // Of one person one may run, and one does: the others wait, whatever is free.
    await sluice.json("PUT", "/api/v1/warehouses/bench/gate", { perUser: 1 });
    await client.query(
      `update work set state = 'running', ended_at = null, admitted_at = now(), lease_token = 'bench', worker_id = k.id
         from (select id from workers order by seen_at desc limit 1) k where work.id = 'bench-w1'`,
    );
    await client.query(seed("waiting", past + 1, crowd));
    await client.query("vacuum analyze work, statements, executions");
    // The worker finds that it holds no such lease, and would end it: a lease of nobody's worker is left alone.
    await client.query(
      "update work set state = 'admitted', worker_id = null, admitted_at = now() where id = 'bench-w1'",
    );
    add(`the same with ${crowd} waiting`, await toRunning(sitting, client, times));
    const { rows } = await client.query<{ id: string }>("select id from warehouses where name = 'bench'");
    const ask = () => client.query("select sluice_regate($1)", [rows[0]?.id]);
    addWithin(`admission with ${crowd} waiting and ${past} past`, await timed(times, ask, 5));
    addWithin("load page's data then", await timed(times / 3, load, 5));
    const held = async () => {
      await sluice.json("PUT", "/api/v1/warehouses/bench/gate", { paused: true, reason: "bench" });
      const { id } = await submit(sluice, { warehouse: "bench", sql: `select 'held', ${Math.random()}` });
      const from = performance.now();
      await sluice.json("PUT", "/api/v1/warehouses/bench/gate", { paused: false });
      const took = performance.now() - from;
      await sluice.json("GET", `/api/v1/executions/${id}?wait=30`);
      return took;
    };
    const released: number[] = [];
    for (let n = 0; n < times / 10; n++) released.push(await held());
    addWithin("release of held work (end of a pause)", released);
    const many = percentile(await timed(times / 3, load, 5), 50);
    measured.push({
      what: `load page's data: ${past} past over ${past / 10}`,
      ...{ unit: "ms", ours: many, floor: percentile(few, 50), target: "no figure of its own", met: null },
    });
  } finally {
    await sluice.json("POST", "/api/v1/warehouses/bench/stop", { of: "everything", reason: "bench" });
    await client.query("update work set state = 'done', ended_at = now() where user_id = 'bench-crowd'");
    await sluice.json("PUT", "/api/v1/warehouses/bench/gate", { perUser: 0 });
  }
  return measured;
}
