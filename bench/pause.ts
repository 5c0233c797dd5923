import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Line, Measured, Sitting } from "./line";
import { inOwnDatabase } from "./own-database";
import { runOne } from "./sluice";
import { spread } from "./stats";

const clients = 12;
const slots = 8;

/** Two workers more than `npm start` has, on the same database and queue. */
async function moreWorkers({ product }: Sitting, client: pg.Client): Promise<ChildProcess[]> {
  const secrets = JSON.parse(await readFile(path.join(product.home, "secrets.json"), "utf8")) as {
    database: { application: string };
    authSecret: string;
    keys: string;
  };
  const env = {
    ...process.env,
    NODE_ENV: "production",
    SLUICE_HOME: product.home,
    SLUICE_URL: product.url,
    DATABASE_URL: `postgres://sluice_app:${encodeURIComponent(secrets.database.application)}@127.0.0.1:${client.port}/sluice`,
    AUTH_SECRET: secrets.authSecret,
    NEXTAUTH_SECRET: secrets.authSecret,
    SLUICE_KEYS: secrets.keys,
    LOG_LEVEL: "warn",
    ...(product.redisUrl ? { REDIS_URL: product.redisUrl } : {}),
  } as NodeJS.ProcessEnv;
  const started = [1, 2].map(() => spawn(process.execPath, ["dist/worker.mjs"], { env, stdio: "ignore" }));
  const alive = "select count(*)::int as n from workers where seen_at > now() - interval '2 seconds'";
  for (let n = 0; n < 300; n++) {
    const { rows } = await client.query<{ n: number }>(alive);
    if ((rows[0]?.n ?? 0) >= 3) return started;
    await sleep(100);
  }
  throw new Error("two more workers did not come up within 30 s");
}

/** The database's clock: what began is measured by it too. */
async function clock(client: pg.Client): Promise<Date> {
  return (await client.query<{ at: Date }>("select clock_timestamp() as at")).rows[0]?.at as Date;
}

/** Of what began after it was asked for: the last that should not have. */
const lastStart = `select coalesce(max(extract(epoch from s.started_at - $2::timestamptz)), 0)::float8 * 1000 as ms from statements s
  where s.warehouse_id = $1 and s.started_at > $2`;
const lastBeside = `${lastStart} and exists (select from statements o where o.warehouse_id = $1 and o.id <> s.id
  and o.started_at <= s.started_at and coalesce(o.finished_at, 'infinity') > s.started_at)`;

async function measure(sitting: Sitting, client: pg.Client): Promise<Measured[]> {
  const { sluice, warehouse, quick } = sitting;
  const { rows } = await client.query<{ id: string }>("select id from warehouses where name = $1", [warehouse]);
  const id = rows[0]?.id;
  const set = (body: object) => sluice.json("PUT", `/api/v1/warehouses/${warehouse}/gate`, body);
  const workers = await moreWorkers(sitting, client);
  let going = true;
  const busy = Array.from({ length: clients }, async () => {
    while (going) await runOne(sluice, { warehouse, sql: `select pg_sleep(0.05), ${Math.random()}` }, 1);
  });
  const rounds = async (body: object, back: object, last: string): Promise<number[]> => {
    const felt: number[] = [];
    for (let n = 0; n < (quick ? 4 : 30); n++) {
      await sleep(700 + 300 * Math.random());
      const from = await clock(client);
      await set(body);
      await sleep(1_500);
      felt.push((await client.query<{ ms: number }>(last, [id, from])).rows[0]?.ms ?? Number.NaN);
      await set(back);
    }
    return felt;
  };
  const begun = await clock(client);
  try {
    await set({ slots, perUser: 0 });
    const paused = await rounds({ paused: true, reason: "bench" }, { paused: false }, lastStart);
    const limited = await rounds({ slots: 1 }, { slots }, lastBeside);
    const ran = "select count(distinct worker_id)::int as n from work where warehouse_id = $1 and admitted_at > $2";
    const { n } = (await client.query<{ n: number }>(ran, [id, begun])).rows[0] ?? { n: 0 };
    if (n < 3) throw new Error(`${n} of 3 workers had work`);
    return [
      ["a pause, to the last start after it; 3 workers", paused] as const,
      [`one slot instead of ${slots}, to the last start beside another`, limited] as const,
    ].map(([what, samples]) => {
      const { p50, p95 } = spread(samples);
      return { what, unit: "ms", ours: p50, ours95: p95, target: "p95 <= 1,000", met: p95 <= 1_000 };
    });
  } finally {
    going = false;
    await set({ slots, paused: false });
    await Promise.allSettled(busy);
    for (const worker of workers) worker.kill("SIGTERM");
  }
}

/** How soon three workers feel what an admin does to a gate, while 12 clients keep them busy. */
export const pause: Line = {
  name: "pause",
  measure: (sitting) => inOwnDatabase(sitting, (client) => measure(sitting, client)),
};
