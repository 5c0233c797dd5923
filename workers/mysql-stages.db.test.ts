import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { encrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { cancelRun } from "@/lib/runs/cancel-run";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildMart, buildPerson, buildTeam } from "@/lib/testing/factories";
import { type MariaDb, mariadbMissing, startMariaDb } from "@/lib/testing/mariadb";
import { buildPipeline } from "@/lib/testing/runs";
import { adapterFor } from "@/lib/warehouses/registry";
import { startStageWorker } from "./testing/stage-worker";

const title = mariadbMissing ? `stages that read MySQL (left out: ${mariadbMissing})` : "stages that read MySQL";
describe.skipIf(mariadbMissing)(title, () => {
  let ana: Context;
  let teamId: string;
  let target: BuiltWarehouse;
  let shop: MariaDb;
  let shopId = "";

  beforeAll(async () => {
    await testDatabase();
    shop = await startMariaDb();
    await shop.admin(
      "create table orders (id bigint unsigned primary key, price decimal(10,2)); insert into orders select seq, seq / 4 from seq_1_to_1000",
    );
    teamId = (await buildTeam()).id;
    ana = await buildPerson({ teamIds: [teamId] });
    target = await buildMart(teamId);
    shopId = newId();
    const readerId = newId();
    const { config, username, password } = shop.reader;
    await db().warehouse.create({
      data: {
        ...{ id: shopId, name: `shop ${shopId}`, engine: "mysql", config: config as object, slots: 2 },
        roles: {
          create: { id: readerId, kind: "reader", name: "reader", username, secret: encrypt(password, readerId) },
        },
      },
    });
    await db().grant.create({ data: { warehouseId: shopId, teamId, readerId } });
    await startStageWorker();
  }, 60_000);
  afterAll(async () => {
    await (await adapterFor("mysql")).close();
    await shop?.stop();
  });

  const inTarget = (sql: string) => rowsIn(target.database, sql);
  const begin = async (stages: Stage[]) => {
    const { name } = await buildPipeline(ana, { stages }, { teamId, warehouses: [shopId, target.id] });
    return startRun(ana, name, { from: "2026-03-02T00:00:00Z", to: "2026-03-03T00:00:00Z" });
  };
  const source = () => `shop ${shopId}`;

  it("copies a table, and hands a query's rows on", async () => {
    const { id } = await begin([
      {
        id: "copy",
        operator: "replicate-table@1",
        params: {
          ...{ source: source(), source_table: "orders", warehouse: target.name },
          ...{ table: "mart.orders", mode: "full" },
        },
      },
      {
        id: "get",
        operator: "sql-extract@1",
        params: { warehouse: source(), sql: "select id from orders where id <= 3 and {{ interval.from }} < now()" },
        outputs: { rows: "parquet" },
      },
      {
        id: "put",
        operator: "load-table@1",
        params: { warehouse: target.name, table: "mart.few", mode: "replace" },
        inputs: { rows: "get.rows" },
      },
    ]);
    expect(await waitForRun(ana, id, 40)).toMatchObject({ state: "succeeded", error: null });
    expect(await inTarget("select count(*)::int, sum(price)::text, max(id)::text from mart.orders")).toEqual([
      [1000, "125125.00", "1000"],
    ]);
    expect(await inTarget("select count(*)::int from mart.few")).toEqual([[3]]);
  });

  it("leaves nothing running there of a run that is cancelled", async () => {
    const { id } = await begin([
      {
        id: "slow",
        operator: "sql-extract@1",
        params: { warehouse: source(), sql: "select sleep(60) as n" },
        outputs: { rows: "parquet" },
      },
    ]);
    const busy = () =>
      shop.admin("select 1 from information_schema.processlist where user = 'reader' and info like '%sleep%'");
    await expect.poll(busy, { timeout: 20_000 }).toHaveLength(1);
    await cancelRun(ana, id);
    expect((await waitForRun(ana, id, 25)).state).toBe("cancelled");
    expect(await busy()).toEqual([]);
  });
});
