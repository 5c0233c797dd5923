import { afterAll, beforeAll, expect, it } from "vitest";
import { type Execution, Installation } from "./installation";

/** Two web processes on one database: what one was asked, the other answers when the first is gone. */

const sluice = new Installation("two-webs");
const web = /dist\/web\.mjs/;
let other: Awaited<ReturnType<typeof sluice.secondWeb>>;

beforeAll(async () => {
  await sluice.start();
  other = await sluice.secondWeb();
}, 240_000);
afterAll(async () => {
  other?.kill();
  await sluice.stop();
}, 30_000);

async function atOther<T>(method: string, where: string, body?: object, headers?: Record<string, string>): Promise<T> {
  const answer = await sluice.request(method, where, body, headers, other.port);
  expect(answer.ok, `${method} ${where} answered ${answer.status}`).toBe(true);
  return (await answer.json()) as T;
}

it("a web that is killed during a wait costs the connection only: the other tells the end and takes new work", async () => {
  const id = await sluice.begin(`select pg_sleep(8), 'a wait ${process.pid}'`);
  const killed = sluice.pid(web);
  const cut = sluice.request("GET", `executions/${id}?wait=30`).then(
    () => "answered",
    () => "cut",
  );
  const told = atOther<Execution>("GET", `executions/${id}?wait=30`);
  process.kill(killed, "SIGKILL");
  expect(await cut).toBe("cut");
  expect(await atOther<Execution>("GET", `executions/${id}`)).toMatchObject({ state: "running" });
  const body = { warehouse: "demo", sql: `select 'meanwhile ${process.pid}'` };
  expect(await atOther<Execution>("POST", "executions?wait=20", body)).toMatchObject({ state: "succeeded" });
  expect(await told).toMatchObject({ id, state: "succeeded", rowCount: 1 });
  await sluice.restarted(web, killed);
  expect(await sluice.execution(id)).toMatchObject({ state: "succeeded" });
}, 120_000);

it("a submit that is cut off in its wait is found again at the other by its key, and ran once", async () => {
  const mark = `by its key ${process.pid}`;
  const body = { warehouse: "demo", sql: `select pg_sleep(6), '${mark}'` };
  const headers = { "idempotency-key": mark };
  const killed = sluice.pid(web);
  const cut = sluice.request("POST", "executions?wait=30", body, headers).then(
    () => "answered",
    () => "cut",
  );
  const list = () => atOther<{ items: Execution[] }>("GET", `executions?q=${encodeURIComponent(mark)}`);
  await expect
    .poll(async () => (await list()).items.map(({ state }) => state), { timeout: 20_000 })
    .toEqual(["running"]);
  process.kill(killed, "SIGKILL");
  expect(await cut).toBe("cut");
  const again = await atOther<Execution>("POST", "executions?wait=30", body, headers);
  expect(again).toMatchObject({ state: "succeeded" });
  expect((await list()).items.map(({ id }) => id)).toEqual([again.id]);
}, 120_000);
