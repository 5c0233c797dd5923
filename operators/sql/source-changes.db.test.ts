import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { endStageWarehouse, runStage, type StageWarehouse, startStageWarehouse } from "@/lib/testing/stages";

/** A source that loses, gains or changes a column between two runs. */

let warehouse: StageWarehouse;
beforeAll(async () => {
  warehouse = await startStageWarehouse();
}, 60_000);
afterAll(() => endStageWarehouse(warehouse));
const admin = (sql: string) => warehouse.server.admin<Record<string, unknown>>(sql);
beforeEach(() =>
  admin(`drop table if exists mart.source, mart.copied cascade; create table mart.source (id int primary key, n int, note text);
    grant select on mart.source to reader; insert into mart.source values (1, 1, 'a'), (2, 2, 'b')`),
);

const copied = async () =>
  (await admin("select row_to_json(c)::text as r from mart.copied c order by id")).map(({ r }) => r);
const replicate = (params: object) =>
  runStage("replicate-table", {
    reach: { source: warehouse, warehouse },
    params: { source: "s", warehouse: "w", source_table: "mart.source", table: "mart.copied", ...params },
  });
const ways = [{ mode: "full" }, { mode: "incremental", cursor: "id", key: ["id"] }];

it.each(ways)("stops at a column that is gone, and goes on without it when told to: $mode", async (way) => {
  expect((await replicate(way)).code).toBe(0);
  await admin("alter table mart.source drop column note; insert into mart.source values (3, 3)");
  const before = await copied();
  expect((await replicate(way)).result?.error).toMatchObject({
    field: "source_table",
    message: 'mart.source has no column "note" any more, and mart.copied has. Nothing was written.',
  });
  expect(await copied()).toEqual(before);
  expect((await replicate({ ...way, lost_columns: "go-on" })).code).toBe(0);
  const last = way.mode === "full" ? '{"id":3,"n":3}' : '{"id":3,"n":3,"note":null}';
  expect((await copied()).at(-1)).toBe(last);
});

it("leaves out by choice what was copied before", async () => {
  await replicate({ mode: "full" });
  expect((await replicate({ mode: "full", drop_columns: ["note"] })).code).toBe(0);
  expect((await copied())[0]).toBe('{"id":1,"n":1}');
});

it("takes a new column into a full copy, and says which an incremental one lacks", async () => {
  await replicate({ mode: "full" });
  await admin("alter table mart.source add column more int default 7");
  const grows = await replicate({ mode: "incremental", cursor: "id", key: ["id"] });
  expect(grows.result?.error?.message).toMatch(/mart.copied has no column "more". It has: id, n, note/);
  expect((await replicate({ mode: "full" })).code).toBe(0);
  expect((await copied())[0]).toBe('{"id":1,"n":1,"note":"a","more":7}');
});

it.each(ways)("names the row that no longer fits a column whose type has changed: $mode", async (way) => {
  await replicate(way);
  await admin("alter table mart.source alter column n type text; update mart.source set n = 'two' where id = 2");
  const before = await copied();
  expect((await replicate(way)).result?.error).toMatchObject({
    field: "n",
    message: expect.stringMatching(/^Row [12], column n: .*"two"/),
  });
  expect(await copied()).toEqual(before);
});
