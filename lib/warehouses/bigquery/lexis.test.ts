import { describe, expect, it } from "vitest";
import { bindPlaceholders, splitStatements, stripTrailingSemicolon, tokens } from "@/lib/warehouses/lexer";
import { bigqueryLexis } from "./lexis";

const texts = (sql: string) => splitStatements(sql, bigqueryLexis).map(({ text }) => text);

describe("GoogleSQL's tokens", () => {
  it.each([
    [`select 'it\\'s; {{x}}', "a;b"`],
    [`select r'\\', ;' , R"\\";"`],
    ["select '''a;\n'b'\n;''' , \"\"\"x\n;\"\"\""],
    ["select `a;b`.`c\\`;d`, rb'''\n;'''"],
    ["select 1 # a; {{x}}\n, 2 -- b;\n, 3 /* ; /* ; */ + 4"],
  ])("keeps %s in one piece", (sql) => {
    expect(texts(sql)).toEqual([sql]);
    expect(bindPlaceholders(sql, ["x"], bigqueryLexis).sql).toBe(sql);
  });

  it("splits after the same", () => {
    expect(texts("select r'\\\\'; select '''a'''; select `b`;# ;\n")).toEqual([
      "select r'\\\\'",
      "select '''a'''",
      "select `b`",
    ]);
    // Comments do not nest here, so this one ends at its first end.
    expect(texts("/* /* */ select 1; select 2")).toEqual(["select 1", "select 2"]);
    expect(stripTrailingSemicolon("select 1 ; # done", bigqueryLexis)).toBe("select 1");
  });

  it("ends a string of one line at the end of the line, as the engine does", () => {
    expect(texts("select 'open\n; select 2")).toEqual(["select 'open", "select 2"]);
  });

  it("writes bound values as named parameters, and tells the text's own from system variables", () => {
    const bound = bindPlaceholders("select {{a}}, @@time_zone, {{b}}x, {{a}}", ["a", "b"], bigqueryLexis);
    expect(bound.sql).toBe("select @p1, @@time_zone, @p2 x, @p1");
    expect(() => bindPlaceholders("select {{a}}, @own", ["a"], bigqueryLexis)).toThrow("Write @own as a {{name}}");
    expect(() => bindPlaceholders("select {{a}}, ?", ["a"], bigqueryLexis)).toThrow("Write ? as a {{name}}");
  });

  it("leaves no character out", () => {
    const sql = "select r'x', rb\"y\", br''' z ''', b'q', `n`, @p, ?, @@v, 'u\n, \"w";
    const pieces = [...tokens(sql, bigqueryLexis)];
    expect(pieces.map(({ start, end }) => sql.slice(start, end)).join("")).toBe(sql);
  });
});
