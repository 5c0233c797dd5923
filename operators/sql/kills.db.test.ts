import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endRelayed } from "@/lib/gate/relay";
import {
  endStageWarehouse,
  newFolder,
  type StageEnd,
  type StageRequest,
  type StageWarehouse,
  startStage,
  startStageWarehouse,
  type Told,
} from "@/lib/testing/stages";
import type { Backend } from "@/lib/warehouses/adapter";

/**
 * Whatever is killed at whatever moment: once the stage has gone through, its table is as after a run that nobody
 * disturbed. `npm run test:faults` goes round 50 times for each.
 */

const rounds = Number(process.env.KILL_ROUNDS ?? 5);
const modes = ["append", "replace", "merge", "partition-overwrite"] as const;
type Mode = (typeof modes)[number];
const made =
  "select n as id, date '2026-02-28' + n % 2 as day, md5(n::text) as name, null::bigint as _sluice_run from generate_series(1, 20000) n";
const file = `id,day,name\n${Array.from({ length: 50_000 }, (_, n) => `${n + 10_001},2026-03-01,new ${n}`).join("\n")}\n`;

let warehouse: StageWarehouse;
let rests = 0;
let numbers = 0;
const clean = new Map<Mode, { digest: string; writesMs: number }>();
const processes = new Set<ChildProcess>();

beforeAll(async () => {
  warehouse = await startStageWarehouse();
  for (const mode of modes) {
    const table = await prepare();
    const begun = await begin(mode, table, 1);
    const from = await begun.connected;
    expect(await begun.ended).toMatchObject({ code: 0 });
    clean.set(mode, { digest: await digest(table), writesMs: Date.now() - from });
    await admin(`drop table ${table}`);
  }
}, 120_000);
afterAll(async () => {
  for (const each of processes) each.kill("SIGKILL");
  await endStageWarehouse(warehouse);
});

/** The server may be coming back from the death of one of its processes. */
async function admin(sql: string): Promise<Record<string, unknown>[]> {
  for (let tries = 0; ; tries++) {
    try {
      return await warehouse.server.admin(sql);
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(100);
    }
  }
}

async function prepare(): Promise<string> {
  const name = `kept_${++numbers}`;
  await admin(`create table mart.${name} as ${made}; alter table mart.${name} owner to writer;
    do $$ begin if to_regclass('mart._sluice_tables') is not null then insert into mart._sluice_tables (name) values ('${name}'); end if; end $$`);
  return `mart.${name}`;
}
const digest = async (table: string) => {
  const [row] = await admin(
    `select count(*) || ' ' || md5(string_agg(concat_ws('|', id, day, name), ';' order by id, day, name)) as d from ${table}`,
  );
  return String(row?.d);
};

interface Begun {
  /** Of the relay, where it is not this one. */
  process: ChildProcess | null;
  child: ChildProcess;
  backends: Backend[];
  /** When it reached the warehouse, or ended without. */
  connected: Promise<number>;
  ended: Promise<StageEnd>;
}

async function begin(mode: Mode, table: string, token: number, ownProcess = false): Promise<Begun> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const backends: Backend[] = [];
  const onBackend = (backend: Backend) => {
    backends.push(backend);
    resolve();
  };
  const apart = ownProcess ? await relayProcess(onBackend) : null;
  const request: StageRequest = {
    reach: { warehouse },
    ...(apart ? { relays: { warehouse: apart.told } } : {}),
    params: { warehouse: "w", table, mode, key: ["id"], time_column: "day" },
    inputs: { rows: { format: "csv", files: { "a.csv": file } } },
    runKey: `key of ${table}`,
    token,
    schemas: null,
    onBackend,
  };
  const { child, ended } = await startStage("load-table", request);
  const connected = Promise.race([promise, ended]).then(() => Date.now());
  return { process: apart?.child ?? null, child, backends, connected, ended };
}

/** A worker of its own, as far as a stage is concerned. */
async function relayProcess(onBackend: (backend: Backend) => void) {
  const child = fork("lib/testing/relay-process.ts", { execArgv: ["--import", "tsx"], stdio: "inherit" });
  processes.add(child);
  child.on("message", ({ backend }: { backend?: Backend }) => backend && onBackend(backend));
  child.send({ connection: warehouse.writer, socketFolder: newFolder() });
  const [{ relay: told }] = (await once(child, "message")) as [{ relay: Told }];
  return { child, told };
}

const victims: Record<string, (begun: Begun) => void> = {
  program: ({ child }) => void child.kill("SIGKILL"),
  "relay's process": ({ process: relay }) => void relay?.kill("SIGKILL"),
  // As the out-of-memory killer does it: the whole engine restarts.
  backend: ({ backends }) => {
    const pid = backends.at(-1)?.pid;
    try {
      if (pid) process.kill(pid, "SIGKILL");
    } catch {
      // It had gone already.
    }
  },
};

async function through(mode: Mode, table: string): Promise<void> {
  const expected = clean.get(mode);
  const again = await begin(mode, table, 2);
  const end = await again.ended;
  expect(end, `${mode}: ${end.stderr}`).toMatchObject({ code: 0 });
  expect(await digest(table)).toBe(expected?.digest);
  expect(await admin("select relname from pg_class where relname like 'sluice\\_new%'")).toEqual([]);
  await admin(`drop table ${table}; delete from mart._sluice_tables`);
}

it.each(Object.keys(victims))(
  `leaves the table of a clean run when the %s is killed, ${rounds} times`,
  async (victim) => {
    for (let n = 0; n < rounds; n++) {
      const mode = modes[rests++ % modes.length] as Mode;
      const table = await prepare();
      const begun = await begin(mode, table, 1, victim === "relay's process");
      await begun.connected;
      await sleep(Math.random() * 1.1 * (clean.get(mode)?.writesMs ?? 0));
      victims[victim]?.(begun);
      await begun.ended;
      // As whoever takes over from a lost worker does, before anybody tries again.
      await admin("select 1");
      expect(await endRelayed(warehouse.writer, begun.backends)).toBe(true);
      await through(mode, table);
    }
  },
  60_000 + rounds * 20_000,
);

it(
  `lets no attempt write that wakes after its successor, ${rounds} times`,
  async () => {
    for (let n = 0; n < rounds; n++) {
      const mode = modes[rests++ % modes.length] as Mode;
      const table = await prepare();
      const late = await begin(mode, table, 1);
      await late.connected;
      await sleep(Math.random() * (clean.get(mode)?.writesMs ?? 0));
      late.child.kill("SIGSTOP");
      expect(await endRelayed(warehouse.writer, late.backends)).toBe(true);
      const next = await begin(mode, table, 2);
      expect(await next.ended).toMatchObject({ code: 0 });
      late.child.kill("SIGCONT");
      await late.ended;
      expect(await digest(table)).toBe(clean.get(mode)?.digest);
      await admin(`drop table ${table}; delete from mart._sluice_tables`);
    }
  },
  60_000 + rounds * 20_000,
);
