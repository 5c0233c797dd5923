import { afterAll, beforeAll, expect, it } from "vitest";
import { type Reader, startReader } from "@/lib/warehouses/postgres/subject";
import { postgresEngines } from "@/lib/warehouses/test-server";
import { adapter } from "./index";

/** Redshift's own system tables, as AWS's reference has them, on a PostgreSQL: its questions are what is tried. */

let reader: Reader;

beforeAll(async () => {
  const [engine] = await postgresEngines();
  if (!engine) throw new Error("there is no PostgreSQL");
  reader = await startReader(engine);
  // datediff's first word is a part of a date there, and a column here.
  await reader.server.admin(`create table stv_wlm_query_state (query int, service_class int, state text);
    create table stv_inflight (query int, userid int, starttime timestamp, second text);
    create function getdate() returns timestamp language sql as 'select localtimestamp';
    create function datediff(text, timestamp, timestamp) returns int language sql as 'select floor(extract(epoch from $3 - $2))::int';
    grant select on stv_wlm_query_state, stv_inflight to reader;
    insert into stv_wlm_query_state values (1, 5, 'Running'), (2, 5, 'Running'), (3, 5, 'QueuedWaiting'), (4, 1, 'Running');
    insert into stv_inflight select 1, usesysid::int, localtimestamp - interval '90 seconds' from pg_user where usename = 'reader'`);
}, 60_000);
afterAll(async () => {
  await adapter.close();
  await reader.server.stop();
});

it("says what its tables say, and of what they do not say that it is not known", async () => {
  const load = await adapter.load({ ...reader.connection, engine: "redshift" });
  expect(load).toMatchObject({ active: 2, waiting: 1, foreign: 1, whole: false });
  expect(load.oldestSeconds).toBeGreaterThanOrEqual(90);
  expect([load.blocked, load.idleInTransaction]).toEqual([null, null]);
});
