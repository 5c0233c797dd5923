import { expect, it } from "vitest";
import { testManifests } from "@/lib/testing/manifests";
import type { Stage } from "./schema";
import { tablesRead, tablesWritten } from "./tables";

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
