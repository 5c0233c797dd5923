import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { saveQuery } from "@/lib/queries/save-query";
import { saveQuerySchema } from "@/lib/queries/schema";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { getChart, listCharts } from "./data";
import { removeChart } from "./remove-chart";
import { saveChart } from "./save-chart";
import { chartSpec } from "./schema";
import { updateChart } from "./update-chart";

const people = {} as Record<"author" | "editor" | "viewer" | "admin" | "stranger", Context>;
let query: string;

beforeAll(async () => {
  await testDatabase();
  const made = {
    author: await buildUser({ name: "Ana" }),
    editor: await buildUser(),
    viewer: await buildUser({ role: "viewer" }),
    admin: await buildUser({ role: "admin" }),
    stranger: await buildUser(),
  };
  const team = await buildTeam({ userIds: [made.author.id, made.editor.id, made.viewer.id] });
  const warehouse = await buildWarehouse({ teamIds: [team.id] });
  for (const name of Object.keys(made) as (keyof typeof made)[]) people[name] = await contextFor(made[name].id);
  const saved = saveQuerySchema.parse({ title: "Sales", sql: "select 1 as n", warehouse: warehouse.id });
  query = (await saveQuery(people.author, saved)).id;
});

const refusal = (doing: Promise<unknown>) =>
  doing.then(
    () => "done",
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

const spec = chartSpec.parse({ type: "number", y: [{ column: "n" }] });

it("is seen by all who may see its query, changed by its author and admins, and each change is in the audit log", async () => {
  const { id } = await saveChart(people.author, { title: "Total", spec, of: { kind: "query", id: query } });
  expect(await getChart(people.viewer, id)).toMatchObject({
    title: "Total",
    spec,
    query: { id: query, title: "Sales" },
    execution: null,
    author: { name: "Ana" },
    may: { edit: false },
  });
  expect((await listCharts(people.viewer, { of: "query", id: query })).items.map((chart) => chart.id)).toEqual([id]);
  expect(await refusal(getChart(people.stranger, id))).toMatch(/^not_found/);
  expect(await refusal(listCharts(people.stranger, { of: "query", id: query }))).toMatch(/^not_found/);
  const stranger = { title: "X", spec, of: { kind: "query" as const, id: query } };
  expect(await refusal(saveChart(people.stranger, stranger))).toMatch(/^not_found/);
  expect(await refusal(saveChart(people.viewer, stranger))).toMatch(/^forbidden/);
  expect(await refusal(updateChart(people.editor, id, { title: "Mine" }))).toMatch(/^forbidden: This chart is Ana's/);
  expect(await refusal(removeChart(people.editor, id))).toMatch(/^forbidden/);
  expect(await refusal(removeChart(people.viewer, id))).toMatch(/^forbidden/);
  const bars = chartSpec.parse({ type: "bar", x: "n" });
  expect(await updateChart(people.author, id, { spec: bars })).toMatchObject({ title: "Total", spec: bars });
  expect(await updateChart(people.admin, id, { title: "All" })).toMatchObject({ title: "All", spec: bars });
  await removeChart(people.admin, id);
  expect(await refusal(getChart(people.author, id))).toMatch(/^not_found/);
  const log = await db().auditEntry.findMany({ where: { object: `chart:${id}` }, orderBy: { id: "asc" } });
  expect(log.map(({ action }) => action)).toEqual(["chart.create", "chart.update", "chart.update", "chart.remove"]);
});
