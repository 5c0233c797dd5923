import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { askLake, buildLake, lakeConnection } from "@/lib/testing/lake";
import { removeStages, type StageRequest, startStage } from "@/lib/testing/stages";
import type { Connection } from "@/lib/warehouses/adapter";
import { adapter } from "@/lib/warehouses/duckdb";

/**
 * Tables of a lake, whatever is killed at whatever moment: as before until the stage has gone through, then as after a run
 * that nobody disturbed. `npm run test:faults` goes round 50 times for each.
 */

const rounds = Number(process.env.KILL_ROUNDS ?? 5);
const modes = ["append", "replace", "merge", "partition-overwrite"] as const;
type Mode = (typeof modes)[number];

const lines = (from: number, count: number, line: (n: number) => string) =>
  `id,day,name\n${Array.from({ length: count }, (_, n) => line(from + n)).join("\n")}\n`;
const before = lines(1, 20_000, (n) => `${n},${n % 2 ? "2026-02-28" : "2026-03-01"},old ${n}`);
const rowsOf = (name: string) => lines(10_001, 50_000, (n) => `${n},2026-03-01,${name} ${n}`);
const csv = (text: string) => ({ rows: { format: "csv" as const, files: { "a.csv": text } } });
const inputs = csv(rowsOf("new"));

let lake: Connection;
let rest = "";
const clean = new Map<Mode, { digest: string; tookMs: number }>();
let turns = 0;

beforeAll(async () => {
  await testDatabase();
  lake = lakeConnection((await buildLake()).id);
  for (const mode of modes) {
    const table = await prepare();
    rest = await digest(table);
    const from = performance.now();
    expect((await begin(mode, table, 1)).code).toBe(0);
    const tookMs = performance.now() - from;
    clean.set(mode, { digest: await digest(table), tookMs });
  }
  expect(new Set([rest, ...[...clean.values()].map((one) => one.digest)]).size).toBe(5);
}, 120_000);
afterAll(async () => {
  await adapter.close();
  removeStages();
});

const digest = async (table: string) => {
  const all = "string_agg(concat_ws('|', id, day, name), ';' order by id, day, name)";
  const [row] = (await askLake(lake, `select count(*) || ' ' || md5(${all}) as d from ${table}`)) as { d: string }[];
  return String(row?.d);
};

async function start(mode: Mode, table: string, token: number, more: Partial<StageRequest> = {}) {
  return startStage("load-table", {
    reach: { warehouse: { reader: lake, writer: lake } },
    params: { warehouse: "w", table, mode, key: ["id"], time_column: "day" },
    ...{ inputs, runKey: `key of ${table}`, token, ...more },
  });
}

const begin = async (...given: Parameters<typeof start>) => (await start(...given)).ended;

/** A table of another run's rows. */
async function prepare(): Promise<string> {
  const table = `mart.kept_${++turns}`;
  const { code, stderr } = await begin("append", table, 1, { inputs: csv(before), runKey: "another run" });
  expect(code, stderr).toBe(0);
  return table;
}

async function through(mode: Mode, table: string): Promise<void> {
  const { code, stderr } = await begin(mode, table, 2);
  expect(code, stderr).toBe(0);
  expect(await digest(table), mode).toBe(clean.get(mode)?.digest);
}

it(
  `have the rows of a clean run when the program is killed, ${rounds} times`,
  async () => {
    for (let n = 0; n < rounds; n++) {
      const mode = modes[n % modes.length] as Mode;
      const table = await prepare();
      const { digest: whole, tookMs } = clean.get(mode) ?? { digest: "", tookMs: 0 };
      const { child, ended } = await start(mode, table, 1);
      // Between its rows' being there and its saying so is a moment that chance seldom meets.
      if ((n + Math.floor(n / modes.length)) % 2 === 0)
        await expect.poll(() => digest(table), { interval: 5, timeout: 60_000 }).toBe(whole);
      else await sleep(Math.random() * 1.1 * tookMs);
      child.kill("SIGKILL");
      await ended;
      expect([rest, whole], mode).toContain(await digest(table));
      await through(mode, table);
    }
  },
  60_000 + rounds * 20_000,
);

it(
  `take no rows of an attempt that wakes after its successor, ${rounds} times`,
  async () => {
    for (let n = 0; n < rounds; n++) {
      const mode = modes[n % modes.length] as Mode;
      const table = await prepare();
      const late = await start(mode, table, 1, { inputs: csv(rowsOf("late")) });
      // Most of it is before the rows are sent.
      await sleep(Math.random() * 0.9 * (clean.get(mode)?.tookMs ?? 0));
      late.child.kill("SIGSTOP");
      await through(mode, table);
      late.child.kill("SIGCONT");
      await late.ended;
      expect(await digest(table), mode).toBe(clean.get(mode)?.digest);
    }
  },
  60_000 + rounds * 20_000,
);
