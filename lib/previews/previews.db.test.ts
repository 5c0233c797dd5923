import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runQuery } from "@/lib/executions/run-query";
import { closeQueue } from "@/lib/jobs/queue";
import { pool } from "@/lib/platform/db/pool";
import { saveQuery } from "@/lib/queries/save-query";
import { saveQuerySchema } from "@/lib/queries/schema";
import { resultsWarehouse } from "@/lib/tables/schema";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";

// Read once, at the first look: each setting has a process of modules of its own.
async function previews(setting: string) {
  vi.resetModules();
  process.env.LINK_PREVIEWS = setting;
  return import("./describe");
}

let ana: string;
let query: string;
let execution: string;

beforeAll(async () => {
  await testDatabase();
  const user = await buildUser({ name: "Ana" });
  ana = user.id;
  const team = await buildTeam({ userIds: [ana] });
  const warehouse = await buildWarehouse({ teamIds: [team.id] });
  const ctx = await contextFor(ana);
  const saved = { warehouse: warehouse.id, title: "Daily <learners>", sql: "select 1 as n" };
  query = (await saveQuery(ctx, saveQuerySchema.parse(saved))).id;
  execution = (await runQuery(ctx, { warehouse: warehouse.id, sql: "select 4711 as learners" })).id;
  await pool().query(
    `with s as (update statements set state = 'succeeded', columns = '[{"name":"learners","type":"integer"}]',
       row_count = 1, head = '4711\n', head_rows = 1, finished_at = '2026-11-20T10:00:30Z'
       where id = (select statement_id from executions where id = $1) returning id)
     update executions set state = 'succeeded', finished_at = '2026-11-20T10:00:30Z' where id = $1`,
    [execution],
  );
});
afterAll(closeQueue);

it("says nothing of a link to people who are not signed in, unless an admin turned it on", async () => {
  const { previewOf, pictureOf } = await previews("off");
  expect(await previewOf(`/executions/${execution}`)).toBeNull();
  expect(await pictureOf("execution", execution)).toBeNull();
});

it("says the title, whose it is and of when, and with pictures its number", async () => {
  const titles = await previews("titles");
  expect(await titles.previewOf(`/executions/${execution}?sort=0`)).toEqual({
    title: "Result of a query",
    description: "1 row, run by Ana, 2026-11-20 10:00 UTC",
    picture: null,
  });
  expect(await titles.previewOf(`/queries/${query}`)).toMatchObject({ title: "Daily <learners>" });
  expect(await titles.pictureOf("execution", execution)).toBeNull();
  const pictures = await previews("pictures");
  expect((await pictures.previewOf(`/executions/${execution}`))?.picture).toBe(`/previews/execution/${execution}`);
  expect(await pictures.pictureOf("execution", execution)).toMatchObject({
    number: { name: "learners", value: "4711" },
    chart: null,
  });
  // Nobody has run it: there is nothing to draw.
  expect((await pictures.previewOf(`/queries/${query}`))?.picture).toBeNull();
  for (const path of ["/", "/queries", "/queries/new", "/admin/load", `/nothing/${query}`, `/executions/${query}`])
    expect(await pictures.previewOf(path), path).toBeNull();
});

it("draws nothing of what opens for nobody but who ran it", async () => {
  const { previewOf, pictureOf } = await previews("pictures");
  const move = (to: string) => pool().query("update executions set warehouse_id = $2 where id = $1", [execution, to]);
  const { rows } = await pool().query("select warehouse_id as id from executions where id = $1", [execution]);
  const of = "update statements set reader_id = $2 where id = (select statement_id from executions where id = $1)";
  const { readerId } = await (await import("@/lib/access/reader")).readerFor(await contextFor(ana), resultsWarehouse);
  const before = await pool().query(
    "select reader_id as id from statements where id = (select statement_id from executions where id = $1)",
    [execution],
  );
  await move(resultsWarehouse);
  await pool().query(of, [execution, readerId]);
  expect(await previewOf(`/executions/${execution}`)).toMatchObject({ title: "Result of a query", picture: null });
  expect((await previewOf(`/executions/${execution}`))?.description).not.toContain("row");
  expect(await pictureOf("execution", execution)).toBeNull();
  await move(rows[0].id);
  await pool().query(of, [execution, before.rows[0].id]);
  expect(await pictureOf("execution", execution)).not.toBeNull();
});

it("shows no more than its owner may see now", async () => {
  const { previewOf, pictureOf } = await previews("pictures");
  await pool().query("update users set disabled_at = now() where id = $1", [ana]);
  expect(await previewOf(`/executions/${execution}`)).toBeNull();
  expect(await pictureOf("execution", execution)).toBeNull();
  await pool().query("update users set disabled_at = null where id = $1", [ana]);
  await pool().query("update queries set archived_at = now() where id = $1", [query]);
  expect(await previewOf(`/queries/${query}`)).toBeNull();
});
