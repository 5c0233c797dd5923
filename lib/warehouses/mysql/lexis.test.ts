import { describe, expect, it } from "vitest";
import { splitStatements, tokens } from "@/lib/warehouses/lexer";
import { mysqlLexis } from "./lexis";
import { preparable } from "./statement";

const kindsOf = (sql: string) =>
  [...tokens(sql, mysqlLexis)]
    .filter(({ kind }) => kind !== "space")
    .map(({ kind, start, end }) => `${kind} ${sql.slice(start, end)}`);

describe("MySQL's own words", () => {
  it.each([
    ["select 5--3", ["word select", "number 5", "symbol -", "symbol -", "number 3"]],
    ["1 -- a\n2", ["number 1", "comment -- a", "number 2"]],
    ["# a\n1", ["comment # a", "number 1"]],
    [`"a\\"b" 'c''d'`, [`string "a\\"b"`, "string 'c''d'"]],
    ["`a``b`", ["identifier `a``b`"]],
    ["/* /* */ 1", ["comment /* /* */", "number 1"]],
    ["@sluice_p1 @own", ["parameter @sluice_p1", "symbol @", "word own"]],
  ])("%s", (sql, expected) => expect(kindsOf(sql)).toEqual(expected));

  it("splits where the server would", () => {
    expect(splitStatements("select ';' as `;`; select 2 # ; \n", mysqlLexis)).toHaveLength(2);
  });

  it("puts a value's place where its name stands, as often as it does, and nowhere else", () => {
    const sql = "select @sluice_p2, '@sluice_p1' from t where a = @sluice_p1 or b = @sluice_p2;";
    expect(preparable({ sql, values: ["x", "y"] })).toEqual({
      sql: "select ?         , '@sluice_p1' from t where a = ?          or b = ?         ",
      order: [2, 1, 2],
    });
  });
});
