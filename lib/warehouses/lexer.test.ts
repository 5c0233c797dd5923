import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindPlaceholders, firstWords, mapPosition, splitStatements, stripTrailingSemicolon, tokens } from "./lexer";
import { postgresLexis as pg } from "./postgres/lexis";

const texts = (sql: string) => splitStatements(sql, pg).map(({ text }) => text);

/** Pieces whose semicolons and placeholders are none. */
const opaque = fc.constantFrom(
  "'a;{{x}}'",
  "'it''s; {{x}}'",
  "E'\\';{{x}}'",
  '"a;{{x}}"',
  "$$;{{x}}$$",
  "$t$;$$;{{x}}$t$",
  "/* ; /* {{x}} ; */ ' */",
  "-- ; {{x}} '\n",
  "U&'\\0041;{{x}}'",
);
const plain = fc.constantFrom("select", "a", "1", "+", "(", ")", ",", "x$1y", "::text", "e", "\n");
const statement = fc.array(fc.oneof(opaque, plain), { minLength: 1 }).map((parts) => ["select", ...parts].join(" "));

describe("splitStatements", () => {
  it("splits only at semicolons of the language", () => {
    expect(texts("select 1; select ';' ;;\n-- a; b\nselect $$;$$")).toEqual(["select 1", "select ';'", "select $$;$$"]);
    expect(texts("/* only */ ; -- nothing")).toEqual([]);
    expect(texts(String.raw`select E'\';' ; select 2`)).toEqual([String.raw`select E'\';'`, "select 2"]);
    expect(texts("select 'open ; select 2")).toEqual(["select 'open ; select 2"]);
    expect(texts("select a$b$; select c$b$")).toEqual(["select a$b$", "select c$b$"]);
    expect(
      texts("create function f() begin atomic select 1; select case when true then 1 end; end; select 2"),
    ).toHaveLength(2);
  });

  it("gives offsets into the text", () => {
    const sql = "  select 1 ;\n select 2";
    for (const { text, start, end } of splitStatements(sql, pg)) expect(sql.slice(start, end)).toBe(text);
  });

  it("finds each statement again after they were joined", () => {
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 5 }), (parts) => {
        expect(splitStatements(parts.join("\n;\n"), pg)).toHaveLength(parts.length);
      }),
    );
  });

  it("covers every character exactly once, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."a1'\"$;-/*\\{} \nEU&é"), maxLength: 60 }), (sql) => {
        expect([...tokens(sql, pg)].map(({ start, end }) => sql.slice(start, end)).join("")).toBe(sql);
      }),
    );
  });
});

describe("stripTrailingSemicolon", () => {
  it("takes what ends the statement and nothing else", () => {
    expect(stripTrailingSemicolon("select ';' ; -- done\n;", pg)).toBe("select ';'");
    expect(stripTrailingSemicolon("select 1 -- ;", pg)).toBe("select 1");
    expect(stripTrailingSemicolon("select $$;$$;", pg)).toBe("select $$;$$");
  });
});

describe("bindPlaceholders", () => {
  it("numbers names in order, once each", () => {
    expect(bindPlaceholders("select {{a}}, {{ b }}, {{a}}", ["a", "b"], pg)).toMatchObject({
      sql: "select $1, $2, $1",
      order: ["a", "b"],
    });
  });

  it("leaves quotes, comments and unknown names alone", () => {
    const sql = "select '{{a}}', \"{{a}}\", $$ {{a}} $$, {{b}} -- {{a}}";
    expect(bindPlaceholders(sql, ["a"], pg)).toMatchObject({ sql, order: [] });
    fc.assert(
      fc.property(fc.array(opaque), (parts) => {
        expect(bindPlaceholders(parts.join(" "), ["x"], pg).order).toEqual([]);
      }),
    );
  });

  it("never grows together with its neighbours", () => {
    expect(bindPlaceholders("select a{{n}}1", ["n"], pg).sql).toBe("select a $1 1");
  });

  it("refuses to mix with $1, which would take the other's value", () => {
    expect(() => bindPlaceholders("select {{a}}, $1", ["a"], pg)).toThrow(/do not mix/);
    expect(bindPlaceholders("select {{a}}, '$1', a$1", ["a"], pg).order).toEqual(["a"]);
  });

  it("maps positions back to the person's own text", () => {
    const sql = "select {{country}},\n  {{country}} + nope";
    const bound = bindPlaceholders(sql, ["country"], pg);
    expect(mapPosition(sql, bound, { line: 2, column: 8 })).toEqual({ line: 2, column: 17 });
    expect(mapPosition(sql, bound, { line: 1, column: 8 })).toEqual({ line: 1, column: 8 });
    expect(mapPosition(sql, bound, { line: 1, column: 10 })).toEqual({ line: 1, column: 19 });
  });
});

describe("firstWords", () => {
  it("sees through space, comments, brackets and case", () => {
    expect(firstWords("/* a */ -- b\n ((SeLeCt 1))", 1, pg)).toEqual(["select"]);
    expect(firstWords('SET LOCAL "role" to x', 3, pg)).toEqual(["set", "local", "role"]);
    expect(firstWords("  ", 1, pg)).toEqual([]);
  });
});
