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

/** As the sign-in page asks: with next-auth's own token and cookie. Resolves to the status. */
async function wrongPassword(port: number, email: string): Promise<number> {
  const auth = `http://127.0.0.1:${port}/api/auth`;
  const csrf = await fetch(`${auth}/csrf`);
  const cookie = csrf.headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0])
    .join("; ");
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const body = new URLSearchParams({ email, password: "wrong", csrfToken, json: "true" });
  return (
    await fetch(`${auth}/callback/credentials`, { method: "POST", body, headers: { cookie }, redirect: "manual" })
  ).status;
}

it("two of them together let nobody try more passwords than one would", async () => {
  const email = `somebody-${Date.now()}@example.com`;
  for (let n = 0; n < 8; n++) expect(await wrongPassword(n % 2 ? sluice.port : other.port, email)).toBe(401);
  expect(await wrongPassword(sluice.port, email)).toBe(429);
  expect(await wrongPassword(other.port, email)).toBe(429);
}, 120_000);
