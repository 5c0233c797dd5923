import { expect, it } from "vitest";
import { testManifests } from "@/lib/testing/manifests";
import type { Stage } from "./schema";
import { leavesUnseen, tablesRead, tablesWritten } from "./tables";

const pins = Object.fromEntries(testManifests.map((manifest) => [`${manifest.id}@1`, { manifest }]));
const of = (...stages: Stage[]) => ({ name: "daily", stages });

it("finds what a pipeline writes and reads in its forms and its SQL", () => {
  const document = of(
    {
      id: "get",
      operator: "sql-extract@1",
      params: {
        warehouse: "demo",
        sql: "with own as (select 1) select * from mart.daily d join events using (id), own where at >= {{ interval.from }}",
      },
    },
    { id: "put", operator: "load-table@1", params: { warehouse: "lake", table: "mart.scores", mode: "append" } },
  );
  expect(tablesWritten(document, pins)).toEqual([{ warehouse: "lake", table: "mart.scores" }]);
  expect(tablesRead(document, pins)).toEqual([
    { warehouse: "demo", table: "mart.daily" },
    { warehouse: "demo", table: "public.events" },
  ]);
});

it("says nothing of what only a run knows, nor of an operator that is unknown", () => {
  const put = { id: "put", operator: "load-table@1", params: { warehouse: "demo", table: "mart.{{ env.T }}" } };
  expect(tablesWritten(of(put, { ...put, id: "b", operator: "gone@1" }), pins)).toEqual([]);
});

it("takes a bare name for one of the schema that its warehouse has for it", () => {
  const get = { id: "get", operator: "sql-extract@1", params: { warehouse: "lake", sql: "select * from daily" } };
  const home = (warehouse: string) => (warehouse === "lake" ? "main" : "public");
  expect(tablesRead(of(get), pins, home)).toEqual([{ warehouse: "lake", table: "main.daily" }]);
});

it("knows stages that leave something where nobody's reading is seen", () => {
  const left = (operator: string, params: Record<string, unknown>) => {
    const manifest = pins[operator]?.manifest;
    if (!manifest) throw new Error(`no ${operator}`);
    return leavesUnseen({ id: "a", operator, params } as Stage, manifest);
  };
  const table = { warehouse: "demo", table: "mart.scores", mode: "append" };
  expect(left("sql-extract@1", { warehouse: "demo", sql: "select 1" })).toBe(false);
  expect(left("load-table@1", table)).toBe(false);
  expect(left("load-table@1", { ...table, table: "mart.{{ env.T }}" })).toBe(true);
});
