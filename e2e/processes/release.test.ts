import { afterAll, beforeAll, expect, it } from "vitest";
import { Installation } from "./installation";

const sluice = new Installation("processes");
const [web, worker] = [/dist\/web\.mjs/, /dist\/worker\.mjs/];

beforeAll(() => sluice.start(), 150_000);
afterAll(() => sluice.stop(), 30_000);

it("a web process that is told to stop answers who waits with how things stand", async () => {
  const id = await sluice.begin(`select pg_sleep(60), 'wait ${process.pid}'`);
  const old = sluice.pid(web);
  const waits = sluice.request("GET", `executions/${id}?wait=30`);
  // Asked after the other one, and under way: so is the other.
  const events = await sluice.request("GET", `executions/${id}/events`);
  process.kill(old, "SIGTERM");
  const [answer, stream] = [await waits, await events.text()];
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ id, state: "running" });
  expect(stream).toContain("event: state");
  await sluice.restarted(web, old);
  await sluice.ask("POST", `executions/${id}/cancel`);
  expect(await sluice.ended(id)).toMatchObject({ state: "cancelled" });
}, 120_000);

it("a web process that is told to stop finishes a download", async () => {
  await sluice.ask("PUT", "rights", { right: "download", scope: "role", id: "admin", allowed: true });
  const { id } = await sluice.run(`select g, repeat('x', 100) from generate_series(1, 300000) g`);
  const old = sluice.pid(web);
  const answer = await sluice.request("GET", `executions/${id}/download?format=csv`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body ?? []) {
    if (chunks.length === 0) process.kill(old, "SIGTERM");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  expect(text.split("\n").filter(Boolean)).toHaveLength(300_001);
  expect(text.length).toBeGreaterThan(30_000_000);
  await sluice.restarted(web, old);
}, 120_000);

it("a worker that is told to stop lets what is short come to its end", async () => {
  const id = await sluice.begin(`select pg_sleep(2), 'short ${process.pid}'`);
  const old = sluice.pid(worker);
  process.kill(old, "SIGTERM");
  expect(await sluice.ended(id)).toMatchObject({ state: "succeeded", rowCount: 1 });
  await sluice.restarted(worker, old);
  expect(await sluice.run(`select 'after ${process.pid}'`)).toMatchObject({ state: "succeeded" });
}, 120_000);

it("a client's address is the socket's, whatever the client says", async () => {
  const name = `address ${process.pid} ${Date.now()}`;
  const claimed = { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" };
  const answer = await sluice.request("POST", "tokens", { name, scopes: ["executions:read"] }, claimed);
  expect(await answer.json()).toMatchObject({ name });
  const { items } = await sluice.ask("GET", "audit?limit=20");
  expect(items).toContainEqual(
    expect.objectContaining({ detail: expect.objectContaining({ name }), address: "127.0.0.1" }),
  );
}, 60_000);
