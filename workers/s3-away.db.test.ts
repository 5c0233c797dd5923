import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { statementOf, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { rowsQuery } from "@/lib/results/schema";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { type S3Server, s3Server } from "@/lib/testing/s3";
import { readiness } from "@/lib/transport/readiness";

/** An S3 server is killed and started again under a real worker. */

let ana: Context;
let warehouse: BuiltWarehouse;
let server: S3Server | null = null;

beforeAll(async () => {
  await testDatabase();
  server = await s3Server();
  if (!server) return;
  await server.start();
  Object.assign(process.env, { STORE_URL: `s3://${server.bucket}/results`, S3_ENDPOINT: server.endpoint });
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 4 });
  await startWorker();
}, 600_000);
afterAll(async () => {
  killWorkers();
  closeReaders();
  await closeGate();
  server?.kill();
});

const end = async (sql: string) => {
  const { id } = await runQuery(ana, { warehouse: warehouse.id, sql });
  return waitForExecution(ana, id, 40);
};
const large = () => `select n, md5(n::text || ${Math.random()}) as t from generate_series(1, 20000) n`;
const lastRow = async (id: string) => readRows(await statementOf(ana, id), rowsQuery.parse({ offset: 19_999 }));

it("fails what needs it in words while it is gone, and stores and reads again after", async (context) => {
  if (!server) return context.skip("python3 with venv and PyPI are needed for moto_server");
  const first = await end(large());
  expect(first).toMatchObject({ state: "succeeded", error: null });
  server.kill();
  expect(await end(large())).toMatchObject({
    state: "failed",
    error: { code: "storage", message: expect.stringMatching(/could not be stored/) },
  });
  expect(await end("select 'small' as t")).toMatchObject({ state: "succeeded", rowCount: 1 });
  expect((await readiness()).checks).toMatchObject({ store: "failed" });
  await expect(lastRow(first.id)).rejects.toMatchObject({ code: "unavailable" });
  expect((await readRows(await statementOf(ana, first.id), rowsQuery.parse({ limit: 5 }))).rows).toHaveLength(5);
  await server.start();
  const second = await end(large());
  expect(second).toMatchObject({ state: "succeeded", rowCount: 20_000 });
  expect((await lastRow(second.id)).rows).toHaveLength(1);
  expect((await readiness()).checks).toMatchObject({ store: "ok" });
}, 180_000);
