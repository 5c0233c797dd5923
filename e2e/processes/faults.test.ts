import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Installation } from "./installation";

// `npm run test:faults` goes round more than once.
const rounds = Number(process.env.FAULT_ROUNDS ?? 1);
const sluice = new Installation("processes");
const [web, worker] = [/dist\/web\.mjs/, /dist\/worker\.mjs/];
const [guard, postgres] = [/^\/bin\/sh -c exec 3/, /^\S*bin\/postgres -D/];
let marks = 0;
let old = "";

/** Something that stands in the database, and SQL that is told apart from all other. */
const mark = () => `mark ${process.pid} ${++marks}`;

async function works(): Promise<void> {
  expect(await sluice.run(`select '${mark()}'`)).toMatchObject({ state: "succeeded", rowCount: 1 });
  // What was there before the fault is there after it.
  expect(await sluice.execution(old)).toMatchObject({ state: "succeeded", rowCount: 1 });
}

/**
 * Begins what a crash of the database server does not make unbegun: a start is not waited for on its way to the disk,
 * and one that was lost runs again (decision 0012). An answer to a later submit has waited for all before it.
 */
async function beginOnDisk(sql: string): Promise<string> {
  const id = await sluice.begin(sql);
  await sluice.submit(`select '${mark()}'`);
  return id;
}

beforeAll(async () => {
  await sluice.start();
}, 150_000);
beforeEach(async () => {
  if (sluice.all().length === 0) await sluice.start();
  old = (await sluice.run(`select '${mark()}'`)).id;
}, 150_000);
afterAll(() => sluice.stop(), 30_000);

for (let round = 1; round <= rounds; round++) {
  const name = (text: string) => (rounds > 1 ? `${text} (${round} of ${rounds})` : text);

  // What becomes of work when either is killed at any moment, fault-series.test.ts tells; here that a start replaces them.
  it(name("a killed web process, worker and DuckDB children come back"), async () => {
    const id = await sluice.begin(`select pg_sleep(300), '${mark()}'`);
    const killed = [web, worker, /duckdb-writer\.mjs/, /duckdb-reader\.mjs/].map((which) => sluice.pid(which));
    for (const pid of killed) process.kill(pid, "SIGKILL");
    await sluice.restarted(web, killed[0] ?? 0);
    await sluice.restarted(worker, killed[1] ?? 0);
    expect(await sluice.ended(id)).toMatchObject({ state: "failed", error: { code: "worker_lost" } });
    await works();
  }, 120_000);

  it(name("killed DuckDB children are replaced under what they work for"), async () => {
    const id = await sluice.begin(`select g, repeat('x', 100), '${mark()}' from generate_series(1, 2000000) g`);
    const writer = sluice.pid(/duckdb-writer\.mjs/);
    const reader = sluice.pid(/duckdb-reader\.mjs/);
    for (const child of [writer, reader]) process.kill(child, "SIGKILL");
    const { state, error } = await sluice.ended(id);
    // Either it was through already, or it says that the rows could not be kept.
    expect([state, error?.code ?? null]).toBeOneOf([
      ["succeeded", null],
      ["failed", "storage"],
    ]);
    const big = await sluice.run(`select g, '${mark()}' from generate_series(1, 20000) g`);
    expect(big).toMatchObject({ state: "succeeded", rowCount: 20_000 });
    const page = await sluice.ask("GET", `executions/${big.id}/rows?offset=19999&limit=10`);
    expect(page.rows).toMatchObject([[20_000, expect.any(String)]]);
    await works();
  }, 120_000);

  it(name("a killed PostgreSQL comes back on its port while a backend of it still computes"), async () => {
    const before = sluice.pid(web);
    // It looks at nothing but its own sum: such a backend does not notice that its server is gone.
    const id = await beginOnDisk(`select count(*), '${mark()}' from generate_series(1, 400000000) g where g % 7 = 3`);
    const killed = sluice.pid(postgres);
    process.kill(killed, "SIGKILL");
    await sluice.restarted(postgres, killed);
    expect(await sluice.ended(id)).toMatchObject({ state: "failed" });
    await works();
    expect(sluice.pid(web)).toBe(before);
  }, 120_000);

  it(name("a killed guard of PostgreSQL comes back with it"), async () => {
    const killed = sluice.pid(guard);
    process.kill(killed, "SIGKILL");
    await sluice.restarted(guard, killed);
    await works();
  }, 120_000);

  it(name("all ends when the start itself is killed, and the next one goes on"), async () => {
    const id = await sluice.begin(`select pg_sleep(300), '${mark()}'`);
    const those = sluice.all();
    process.kill(sluice.pid(/^node scripts\/start\.mjs/), "SIGKILL");
    await sluice.gone(those, 15_000);
    await sluice.start();
    expect(await sluice.ended(id)).toMatchObject({ state: "failed", error: { code: "worker_lost" } });
    await works();
  }, 120_000);

  it(name("all ends when npm is killed, and the next start goes on"), async () => {
    const id = await sluice.begin(`select pg_sleep(300), '${mark()}'`);
    const those = sluice.all();
    process.kill(sluice.npmPid, "SIGKILL");
    await sluice.gone(those, 15_000);
    await sluice.start();
    expect(await sluice.ended(id)).toMatchObject({ state: "failed", error: { code: "worker_lost" } });
    await works();
  }, 120_000);

  it(name("the next start recovers when everything was killed at once"), async () => {
    const id = await beginOnDisk(`select count(*), '${mark()}' from generate_series(1, 400000000) g where g % 7 = 3`);
    // A backend goes on by itself: nobody kills it, and it does not look whether its server is there.
    for (const { pid, command } of sluice.all()) if (!command.startsWith("postgres: ")) process.kill(pid, "SIGKILL");
    await sluice.start();
    expect(await sluice.ended(id)).toMatchObject({ state: "failed", error: { code: "worker_lost" } });
    await works();
  }, 120_000);

  for (const [how, send] of [
    ["Ctrl-C", () => process.kill(-sluice.npmPid, "SIGINT")],
    ["SIGTERM to npm", () => process.kill(sluice.npmPid, "SIGTERM")],
  ] as const) {
    it(name(`${how} ends everything in time and in order, also what runs`), async () => {
      const id = await sluice.begin(`select pg_sleep(300), '${mark()}'`);
      const those = sluice.all();
      send();
      await sluice.gone(those, 15_000);
      expect(await sluice.exit()).toEqual({ code: 0, signal: null });
      await sluice.start();
      // Its end was written before the database was shut down: there is nothing left to take over.
      expect(await sluice.execution(id)).toMatchObject({ state: "failed", error: { code: "worker_lost" } });
      await works();
    }, 120_000);
  }
}
