import { describe, expect, it } from "vitest";
import { completer } from "./complete";
import type { CatalogTable } from "./schema";

function table(schema: string, name: string, columns: string[], keys: CatalogTable["foreignKeys"] = []): CatalogTable {
  return {
    schema,
    name,
    kind: "table",
    comment: null,
    rows: 10,
    bytes: 8192,
    columns: columns.map((column) => ({ name: column, type: "integer", nullable: true, comment: null })),
    foreignKeys: keys,
  };
}

const complete = completer(
  [
    table("public", "learners", ["id", "country", "joined_at"]),
    table("public", "courses", ["id", "title"]),
    table(
      "public",
      "enrolments",
      ["id", "learner_id", "course_id"],
      [
        { columns: ["learner_id"], schema: "public", table: "learners", references: ["id"] },
        { columns: ["course_id"], schema: "public", table: "courses", references: ["id"] },
      ],
    ),
    table("mart", "Daily Totals", ["day", "Total"]),
  ],
  "postgres",
);

/** `|` is the cursor. */
function at(text: string) {
  const offset = text.indexOf("|");
  return complete(text.replace("|", ""), offset);
}
const labels = (text: string) => at(text).map((item) => item.label);
const ofKind = (text: string, kind: string) => at(text).flatMap((item) => (item.kind === kind ? [item.label] : []));

describe("completion", () => {
  it("offers tables after FROM, JOIN and a comma", () => {
    expect(ofKind("select * from |", "table")).toContain("learners");
    expect(ofKind("select * from lea|", "table")).toEqual(["learners"]);
    expect(ofKind("select * from learners, cou|", "table")).toEqual(["courses"]);
  });

  it("offers the columns of the tables in FROM, keywords below", () => {
    const list = at("select | from learners");
    expect(list.slice(0, 3).map((item) => item.label)).toEqual(["id", "country", "joined_at"]);
    expect(list.findIndex((item) => item.kind === "keyword")).toBeGreaterThan(
      list.findLastIndex((item) => item.kind === "column"),
    );
  });

  it("knows aliases, before and behind the cursor", () => {
    expect(labels("select l.| from learners l")).toEqual(["id", "country", "joined_at"]);
    expect(labels("select * from learners as l where l.co|")).toEqual(["country"]);
  });

  it("knows CTEs and their columns", () => {
    const sql = "with big as (select id, country as land from learners) select | from big";
    expect(ofKind(sql, "column")).toEqual(["id", "land"]);
    expect(ofKind("with big as (select 1) select * from b|", "table")[0]).toBe("big");
    expect(labels("with t(a, b) as (select 1, 2) select t.| from t")).toEqual(["a", "b"]);
  });

  it("knows subqueries, and stars through them", () => {
    expect(labels("select s.| from (select * from courses) s")).toEqual(["id", "title"]);
    expect(labels("select s.| from (select c.*, count(*) as n from courses c group by 1) as s")).toEqual([
      "id",
      "title",
      "n",
    ]);
  });

  it("sees the outer query from inside, and not the other way", () => {
    expect(ofKind("select * from learners l where exists (select 1 from enrolments e where |)", "column")).toContain(
      "country",
    );
    expect(ofKind("select | from learners l where exists (select 1 from enrolments e)", "column")).not.toContain(
      "course_id",
    );
  });

  it("keeps the sides of a union and other statements apart", () => {
    expect(ofKind("select id from learners union select | from courses", "column")).toEqual(["id", "title"]);
    expect(ofKind("select 1 from learners; select | from courses", "column")).toEqual(["id", "title"]);
  });

  it("writes a name that two tables have with its table", () => {
    const ids = at("select i| from learners l join courses c on true").filter((item) => item.label === "id");
    expect(ids.map((item) => item.insert)).toEqual(["l.id", "c.id"]);
  });

  it("joins by foreign keys", () => {
    expect(at("select * from learners l join enrolments e on |")[0]?.insert).toBe("l.id = e.learner_id");
    expect(at("select * from enrolments e join |")[0]?.insert).toBe("learners on learners.id = e.learner_id");
  });

  it("quotes what needs it and completes after a schema", () => {
    expect(at("select * from mart.|").map((item) => item.insert)).toEqual(['"Daily Totals"']);
    expect(labels('select "Daily Totals".| from mart."Daily Totals"')).toEqual(["day", "Total"]);
  });

  it("offers nothing that the next Enter would take while an alias is made up", () => {
    expect(labels("select * from learners |")).toEqual([]);
    expect(labels("select * from learners l|")).toEqual([]);
    expect(labels("select * from learners as li|")).toEqual([]);
    expect(labels("select * from (select 1) n|")).toEqual([]);
    expect(labels("select * from learners l join courses co|")).toEqual([]);
    expect(labels("select * from learners wh|")).toEqual(["where"]);
    expect(labels("select * from learners l le|")).toEqual(["left join"]);
    expect(labels("select * from learners l where co|")).toContain("country");
  });

  it("keeps still in strings and comments", () => {
    expect(labels("select 'from | x' from learners")).toEqual([]);
    expect(labels("select 1 -- from |")).toEqual([]);
  });

  it("survives half a text of any cut", () => {
    const sql =
      "with a as (select * from (select l.id, count(*) from learners l group by 1) x) select a.id, (select max(id) from courses) from a join enrolments e on e.id = a.id where a.id in (1,2) order by 1";
    for (let cut = 0; cut <= sql.length; cut++) expect(Array.isArray(complete(sql.slice(0, cut), cut))).toBe(true);
  });

  it("makes a list that one could read also of 10,000 tables", () => {
    const names = Array.from({ length: 20 }, (_, at) => `column_${at}`);
    const big = completer(
      Array.from({ length: 10_000 }, (_, at) => table(`s${at % 20}`, `table_${at}`, names)),
      "postgres",
    );
    for (const sql of ["select * from ", "select * from table_1", "select * from a join "]) {
      const found = big(sql, sql.length);
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThanOrEqual(200);
    }
    expect(big("select * from table_77", 22)[0]?.label).toBe("table_77");
  });
});

it("writes names as the warehouse's engine quotes them", () => {
  const tables = [table("Shop", "order", ["id"]), table("shop", "Days", ["Full Name"])];
  const inserts = (engine: string, sql: string) =>
    completer(tables, engine)(sql, sql.length).map(({ insert }) => insert);
  expect(inserts("bigquery", "select * from ")).toEqual(expect.arrayContaining(["Shop.`order`", "shop.Days"]));
  expect(inserts("postgres", "select * from ")).toEqual(expect.arrayContaining(['"Shop"."order"', 'shop."Days"']));
  const sql = "select d. from `shop`.`Days` d";
  const found = completer(tables, "bigquery")(sql, "select d.".length);
  expect(found.map(({ insert }) => insert)).toContain("`Full Name`");
});
