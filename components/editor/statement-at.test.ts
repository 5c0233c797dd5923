import { describe, expect, it } from "vitest";
import { errorOffset, statementAt, whereNow } from "@/components/editor/statement-at";
import { splitStatements } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";

const sql = "select 1;\n\n-- about two\nselect 2;\nselect ';' as three";
const statements = splitStatements(sql, lexisOf("postgres"));

describe("statementAt", () => {
  it.each([
    [0, "select 1"],
    [8, "select 1"],
    // Directly behind the semicolon one has just finished the first.
    [9, "select 1"],
    // In the comment and on the blank line one is about to run what follows.
    [14, "select 2"],
    [sql.indexOf("';'"), "select ';' as three"],
    [sql.length, "select ';' as three"],
  ])("at offset %i it is %s", (offset, text) => expect(statementAt(statements, offset)?.text).toBe(text));
  it("takes the last one behind them all", () =>
    expect(statementAt(statements, 999)?.text).toBe("select ';' as three"));
  it("has none in an empty text", () => expect(statementAt([], 0)).toBeNull());
});

describe("errorOffset", () => {
  it("counts UTF-16 units, as the API does", () => {
    const text = "select '😀😀',\n  nope";
    expect(text.slice(errorOffset(text, 2, 3))).toBe("nope");
    const line = "select '😀' as x, nope";
    expect(line.slice(errorOffset(line, 1, line.indexOf("nope") + 1))).toBe("nope");
  });
  it("stays inside the text", () => {
    expect(errorOffset("select", 1, 99)).toBe(6);
    expect(errorOffset("select", 9, 1)).toBe(0);
  });
});

describe("whereNow", () => {
  const [, two] = statements;
  if (!two) throw new Error("the text has three statements");
  it("finds a statement where it was", () => expect(whereNow(sql, two)).toBe(two.start));
  it("finds it where an edit before it has moved it", () =>
    expect(whereNow(`-- new\n${sql}`, two)).toBe(two.start + 7));
  it("finds no trace of one that was rewritten", () => expect(whereNow("select 3", two)).toBeNull());
});
