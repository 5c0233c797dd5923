import { describe, expect, it } from "vitest";
import { treeMove, treeRows } from "@/components/editor/schema-tree";
import type { CatalogTable } from "@/lib/completion/schema";

const table = (schema: string, name: string, columns: string[]): CatalogTable => ({
  schema,
  name,
  kind: "table",
  comment: null,
  rows: null,
  bytes: null,
  foreignKeys: [],
  columns: columns.map((column) => ({ name: column, type: "text", nullable: true, comment: null })),
});
const tables = [
  table("mart", "daily", ["day", "total"]),
  table("mart", "weekly", ["week"]),
  table("public", "learners", ["id", "country"]),
];
const keys = (search: string, open: string[]) => treeRows(tables, search, new Set(open)).map(({ key }) => key);

describe("treeRows", () => {
  it("shows what stands open", () => {
    expect(keys("", [])).toEqual(["mart", "public"]);
    expect(keys("", ["mart", "mart.weekly"])).toEqual([
      "mart",
      "mart.daily",
      "mart.weekly",
      "mart.weekly.week",
      "public",
    ]);
  });
  it("opens what a search finds, by the names of tables and of columns", () => {
    expect(keys("week", [])).toEqual(["mart", "mart.weekly"]);
    expect(keys("country", [])).toEqual(["public", "public.learners"]);
    expect(keys("nothing of it", [])).toEqual([]);
  });
});

describe("treeMove", () => {
  const rows = treeRows(tables, "", new Set(["mart", "mart.daily"]));
  const at = (key: string) => rows.findIndex((row) => row.key === key);
  it("walks up and down, and no further than the ends", () => {
    expect(treeMove(rows, 0, "ArrowDown")).toEqual({ at: 1 });
    expect(treeMove(rows, 0, "ArrowUp")).toEqual({ at: 0 });
    expect(treeMove(rows, 0, "End")).toEqual({ at: rows.length - 1 });
  });
  it("opens to the right, then goes in", () => {
    expect(treeMove(rows, at("mart.weekly"), "ArrowRight")).toEqual({ at: at("mart.weekly"), turn: "mart.weekly" });
    expect(treeMove(rows, at("mart.daily"), "ArrowRight")).toEqual({ at: at("mart.daily.day") });
  });
  it("closes to the left, then goes out", () => {
    expect(treeMove(rows, at("mart.daily"), "ArrowLeft")).toEqual({ at: at("mart.daily"), turn: "mart.daily" });
    expect(treeMove(rows, at("mart.daily.total"), "ArrowLeft")).toEqual({ at: at("mart.daily") });
    expect(treeMove(rows, at("mart.weekly"), "ArrowLeft")).toEqual({ at: at("mart") });
  });
  it("leaves other keys alone", () => expect(treeMove(rows, 0, "x")).toBeNull());
});
