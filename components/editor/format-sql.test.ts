import { expect, it } from "vitest";
import { applyOptional } from "@/lib/queries/parameters";
import { formatSql } from "./format-sql";

const bare = (sql: string) => sql.replace(/\s+/g, "");

it.each([
  "select a,b from t where x={{x}} and at>={{p.from}}",
  "select 1 from t where true [[and x = {{x}}]] [[ and at >= {{p.from}} and at < {{p.to}} [[and y = {{y}}]] ]] group by 1",
  "select array[[1,2],[3,4]], '[[ {{x}} ]]' from t [[where x = any({{x}})]]",
])("moves nothing but blanks of %s, and its optional parts still go", async (sql) => {
  const laid = await formatSql(sql, "postgres");
  expect(bare(laid)).toBe(bare(sql));
  expect(laid).not.toBe(sql);
  const values = { x: null, y: null, "p.from": null, "p.to": null };
  expect(bare(applyOptional(laid, values, "postgres"))).toBe(bare(applyOptional(sql, values, "postgres")));
});
