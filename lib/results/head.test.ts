import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantOf } from "./compare";
import { encodingOf } from "./encoding";
import { csvRow, jsonRow } from "./formats";
import { parseHead, toJsonCell, wholeRows } from "./head";
import { uniqueNames } from "./naming";
import { compareNumbers } from "./number-order";
import { rowsQuery } from "./schema";

const text = (n: number) => Array.from({ length: n }, (_, i) => ({ name: `n${i}`, type: "text" }));
const cell = fc.option(
  fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0")),
  { nil: null },
);

describe("head", () => {
  it("reads back what CSV wrote, NULL and empty text apart", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }).chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n }))),
        (rows) => {
          const columns = text(rows[0]?.length ?? 1);
          const csv = Buffer.from(rows.map((row) => csvRow(row, columns, false)).join(""));
          expect(parseHead(csv, columns)).toEqual(rows);
          expect(wholeRows(csv)).toEqual({ bytes: csv.length, rows: rows.length });
        },
      ),
    );
  });

  it("cuts at the last whole row, not at a line break inside a value", () => {
    expect(wholeRows(Buffer.from('a\n"b\nc"\nd'), 6)).toEqual({ bytes: 2, rows: 1 });
    expect(parseHead(Buffer.from("\n\n"), [])).toEqual([[], []]);
  });

  it("types cells as the REST contract says", () => {
    expect(toJsonCell("t", "boolean")).toBe(true);
    expect(toJsonCell("5", "integer")).toBe(5);
    expect(toJsonCell("9223372036854775807", "bigint")).toBe("9223372036854775807");
    expect(toJsonCell("0.1", "real")).toBe(0.1);
    expect(toJsonCell("NaN", "double precision")).toBe("NaN");
    expect(toJsonCell("1.50", "numeric(10,2)")).toBe("1.50");
    expect(toJsonCell(null, "integer")).toBeNull();
  });

  it("round-trips every finite double through JSON", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = Object.is(value, -0) ? "-0" : String(value);
        expect(toJsonCell(text, "float8")).toBe(text === "-0" ? "-0" : value);
      }),
    );
  });
});

describe("encoding", () => {
  it("is native only where that is exact", () => {
    expect(encodingOf("numeric(12,2)").native).toBe("DECIMAL(12,2)");
    expect(encodingOf("numeric(39,2)").kind).toBe("number");
    expect(encodingOf("numeric(5,-2)").kind).toBe("number");
    expect(encodingOf("timestamp(3) with time zone").kind).toBe("timestamptz");
    for (const type of ["text[]", "jsonb", "interval[]", "bytea", "int4range", "integer[]", "time without time zone"]) {
      expect(encodingOf(type)).toEqual({ kind: "text", native: "VARCHAR", exceptions: false });
    }
  });

  it("keeps as text what is ordered by a value that its type does not show", () => {
    for (const [type, kind] of [
      ["interval", "interval"],
      ["interval day to second(3)", "interval"],
      ["money", "money"],
      ["time with time zone", "timetz"],
      ["time(3) with time zone", "timetz"],
    ])
      expect(encodingOf(type ?? "")).toEqual({ kind, native: "VARCHAR", exceptions: false });
  });
});

describe("comparing", () => {
  it("orders numbers by value beyond a double's digits", () => {
    expect(compareNumbers("9007199254740993", "9007199254740992")).toBeGreaterThan(0);
    expect(compareNumbers("NaN", "Infinity")).toBeGreaterThan(0);
    expect(compareNumbers("-0.1", "0.1")).toBeLessThan(0);
  });

  it("orders times by instant", () => {
    expect(instantOf("1970-01-01 00:00:01+00")).toBe(1_000_000n);
    expect(instantOf("2024-06-01 12:00:00.5+05:45")).toBe(BigInt(Date.UTC(2024, 5, 1, 6, 15)) * 1000n + 500_000n);
    expect(instantOf("0044-03-15 BC") ?? 0n).toBeLessThan(instantOf("0001-01-01") ?? 0n);
  });
});

describe("names and formulas", () => {
  it("tells repeated names apart without taking another's", () => {
    expect(uniqueNames(["id", "id", "id_2", ""])).toEqual(["id", "id_3", "id_2", "column"]);
    expect(uniqueNames(["a", "A"])).toEqual(["a", "A"]);
    expect(uniqueNames(["a", "A"], true)).toEqual(["a", "A_2"]);
  });

  it("writes each duplicate into JSON", () => {
    const row = jsonRow([
      { name: "x", type: "integer" },
      { name: "x", type: "bigint" },
    ]);
    expect(row(["1", "2"])).toBe('{"x":1,"x_2":"2"}');
  });

  it("neutralises formulas in text only", () => {
    const columns = [
      { name: "t", type: "text" },
      { name: "n", type: "integer" },
    ];
    expect(csvRow(["=1+1", "-5"], columns, true)).toBe("'=1+1,-5\n");
    expect(csvRow(["=1+1", "-5"], columns, false)).toBe("=1+1,-5\n");
  });
});

describe("query string", () => {
  it("reads sort and filter, and refuses what it does not know", () => {
    expect(rowsQuery.parse({ sort: "3:desc,0" }).sort).toEqual([
      { column: 3, descending: true },
      { column: 0, descending: false },
    ]);
    expect(rowsQuery.parse({ filter: '[{"column":0,"op":"in","value":[1,2]}]' }).filter).toHaveLength(1);
    expect(rowsQuery.safeParse({ filter: '[{"column":0,"op":"like","value":"x"}]' }).success).toBe(false);
    expect(rowsQuery.safeParse({ limit: "10001" }).success).toBe(false);
  });
});
