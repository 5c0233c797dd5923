import { beforeAll, expect, it } from "vitest";
import { keepMeasure } from "@/lib/disks/measure-disks";
import { sql } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildToken, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { bearer, call, handlersAt } from "@/lib/testing/rest";
import { buildPipeline } from "@/lib/testing/runs";
import { metricsText } from "./metrics";

let admin: Awaited<ReturnType<typeof buildUser>>;
let warehouse: Awaited<ReturnType<typeof buildWarehouse>>;

beforeAll(async () => {
  await testDatabase();
  admin = await buildUser({ role: "admin" });
  warehouse = await buildWarehouse({});
});

const value = (text: string, name: string, labels: Record<string, string>) => {
  const line = text
    .split("\n")
    .find((one) => one.startsWith(`${name}{`) && Object.entries(labels).every(([k, v]) => one.includes(`${k}="${v}"`)));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
};

async function submit(lane: number): Promise<string> {
  const statement = {
    executionId: newId(),
    statementId: newId(),
    sql: "select 1",
    bound: "select 1",
    parameters: {},
    values: [],
  };
  await sql("t_submit", "select sluice_submit($1, $2, $3, $4, null, $5, null, null, 0, $6)", [
    newId(),
    warehouse.id,
    warehouse.readerId,
    admin.id,
    lane,
    JSON.stringify([{ ...statement, rowLimit: null, timeZone: "UTC" }]),
  ]);
  return statement.statementId;
}

it("counts what waits and runs by warehouse and lane, and each end once", async () => {
  await sql("t_slots", "update warehouses set slots = 1 where id = $1", [warehouse.id]);
  const before = await metricsText();
  const at = { warehouse: warehouse.name };
  expect(value(before, "sluice_gate_slots", at)).toBe(1);
  expect(value(before, "sluice_statements_ended_total", at)).toBeUndefined();
  const first = await submit(0);
  await submit(3);
  const during = await metricsText();
  expect(value(during, "sluice_gate_running", { ...at, lane: "interactive" })).toBe(1);
  expect(value(during, "sluice_gate_waiting", { ...at, lane: "backfill" })).toBe(1);
  await sql(
    "t_end",
    `update statements set state = 'failed', started_at = now() - interval '2 seconds', finished_at = now(),
       error = '{"code": "timeout"}' where id = $1`,
    [first],
  );
  const after = { ...at, lane: "interactive", state: "failed", code: "timeout" };
  for (const text of [await metricsText(), await metricsText()]) {
    expect(value(text, "sluice_statements_ended_total", after)).toBe(1);
    expect(value(text, "sluice_statement_run_seconds_count", at)).toBe(1);
    expect(value(text, "sluice_statement_run_seconds_bucket", { ...at, le: "1" })).toBe(0);
    expect(value(text, "sluice_statement_run_seconds_bucket", { ...at, le: "5" })).toBe(1);
  }
});

it("follows pauses, slots, waits and workers, each at its own gate", async () => {
  const [one, other] = [await buildWarehouse({}), await buildWarehouse({})];
  const told = async (name: string) => {
    const text = await metricsText();
    const of = (what: string, more = {}) => value(text, `sluice_gate_${what}`, { warehouse: name, ...more });
    return [of("paused"), of("slots"), of("waiting", { lane: "api" }), of("oldest_wait_seconds", { lane: "api" })];
  };
  const before = await told(other.name);
  expect((await told(one.name))[0]).toBe(0);
  await sql("t_hold", "update warehouses set paused = true, slots = 5, slots_now = 2 where id = $1", [one.id]);
  await sql(
    "t_waits",
    `insert into work (id, warehouse_id, reader_id, user_id, lane, state, queued_at)
     values ($1, $2, $3, $4, 1, 'waiting', now() - interval '1 hour')`,
    [newId(), one.id, one.readerId, admin.id],
  );
  const [paused, slots, waiting, oldest] = await told(one.name);
  expect([paused, slots, waiting]).toEqual([1, 2, 1]);
  expect(oldest).toBeGreaterThanOrEqual(3_600);
  expect(await told(other.name)).toEqual(before);
  await sql("t_free", "update warehouses set paused = false, slots_now = null where id = $1", [one.id]);
  await sql("t_gone", "update work set state = 'done' where warehouse_id = $1", [one.id]);
  expect(await told(one.name)).toEqual([0, 5, 0, 0]);

  const workers = async () => /^sluice_workers (\d+)$/m.exec(await metricsText())?.[1];
  expect(await workers()).toBe("0");
  const seen =
    "insert into workers (id, host, pid, stages_at_once, seen_at) values ($1, 'here', 1, 4, now() + $2::interval)";
  await sql("t_worker", seen, [newId(), "1 hour"]);
  // One that was last seen a minute ago is gone.
  await sql("t_worker", seen, [newId(), "-1 minute"]);
  expect(await workers()).toBe("1");
});

it("counts each try of a stage once, in every warehouse where it held a slot", async () => {
  const ctx = await contextFor(admin.id);
  const other = await buildWarehouse({});
  const { id: pipeline } = await buildPipeline(ctx, { stages: [{ id: "a", operator: "noop@1" }] });
  await metricsText();
  const ids = { run: newId(), attempt: newId(), second: newId() };
  await sql(
    "t_run",
    `insert into runs (id, pipeline_id, version, interval_from, interval_to, time_zone, trigger, user_id)
     values ($1, $2, 1, now(), now(), 'UTC', 'manual', $3)`,
    [ids.run, pipeline, admin.id],
  );
  const stand = (attempt: string, number: number) =>
    sql(
      "t_attempt",
      `insert into attempts (id, run_id, stage, number, lane, user_id, state, queued_at, started_at)
       values ($1, $2, 'a', $3, 2, $4, 'running', now() - interval '9 seconds', now() - interval '7 seconds')`,
      [attempt, ids.run, number, admin.id],
    );
  await stand(ids.attempt, 1);
  await stand(ids.second, 2);
  for (const { id, readerId } of [warehouse, other])
    await sql(
      "t_work",
      "insert into work (id, warehouse_id, reader_id, attempt_id, user_id, lane, state) values ($1, $2, $3, $4, $5, 2, 'done')",
      [newId(), id, readerId, ids.attempt, admin.id],
    );
  const at = (name: string) => ({ warehouse: name, lane: "scheduled" });
  expect(value(await metricsText(), "sluice_stages_ended_total", at(other.name))).toBeUndefined();
  const end = (attempt: string, state: string, error: string | null) =>
    sql("t_stage_end", "update attempts set state = $2::attempt_state, finished_at = now(), error = $3 where id = $1", [
      ...[attempt, state, error],
    ]);
  await end(ids.attempt, "failed", '{"cause": "timeout"}');
  await end(ids.second, "succeeded", null);
  for (const text of [await metricsText(), await metricsText()])
    for (const name of [warehouse.name, other.name]) {
      const failed = { ...at(name), state: "failed", cause: "timeout" };
      expect(value(text, "sluice_stages_ended_total", failed)).toBe(1);
      expect(value(text, "sluice_stage_run_seconds_count", at(name))).toBe(1);
      expect(value(text, "sluice_stage_run_seconds_bucket", { ...at(name), le: "5" })).toBe(0);
      expect(value(text, "sluice_stage_run_seconds_bucket", { ...at(name), le: "60" })).toBe(1);
      expect(value(text, "sluice_stage_wait_seconds_bucket", { ...at(name), le: "1" })).toBe(0);
      // The one that needed no warehouse.
      expect(value(text, "sluice_stages_ended_total", { ...at(""), state: "succeeded" })).toBe(1);
    }
});

it("tells of the disks that were measured", async () => {
  const measure = { id: "store", folder: "/data", totalBytes: 100, freeBytes: 40 };
  await keepMeasure(measure, new Date());
  const text = await metricsText();
  const at = { disk: "store", folder: "/data" };
  expect(value(text, "sluice_disk_total_bytes", at)).toBe(100);
  expect(value(text, "sluice_disk_free_bytes", at)).toBe(40);
  // Nobody knows yet how it grows; More than a tenth is free.
  expect(value(text, "sluice_disk_growth_bytes_per_day", at)).toBeUndefined();
  expect(value(text, "sluice_disk_filling", at)).toBe(0);
  await sql("t_growth", "update disks set growth = 7, free_bytes = 1", []);
  const later = await metricsText();
  expect(value(later, "sluice_disk_growth_bytes_per_day", at)).toBe(7);
  expect(value(later, "sluice_disk_filling", at)).toBe(1);
  const token = async (role: "admin" | "editor") => buildToken((await buildUser({ role })).id);
  const ask = async (role: "admin" | "editor") =>
    call({ method: "GET", path: "/disks" }, { headers: bearer(await token(role)) });
  expect(await (await ask("admin")).json()).toMatchObject({
    items: [{ ...measure, freeBytes: 1, growth: 7, filling: true }],
  });
  expect((await ask("editor")).status).toBe(403);
});

it("is read with its own token or an admin's of its scope, and by nobody else", async () => {
  process.env.METRICS_TOKEN = "a-scraper's-own-token";
  const { GET } = await handlersAt("metrics");
  const ask = async (token?: string) => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    return (await GET?.(new Request("http://127.0.0.1/api/metrics", { headers })))?.status;
  };
  const viewer = await buildUser({ role: "viewer" });
  expect(await ask()).toBe(401);
  expect(await ask("a-scraper's-own-tokem")).toBe(401);
  expect(await ask((await buildToken(admin.id, ["executions:read"])).value)).toBe(403);
  expect(await ask((await buildToken(viewer.id, ["metrics:read"])).value)).toBe(403);
  expect(await ask((await buildToken(admin.id, ["metrics:read"])).value)).toBe(200);
});
