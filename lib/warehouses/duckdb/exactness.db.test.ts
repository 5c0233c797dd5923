import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "@/lib/warehouses/adapter";
import { ask } from "@/lib/warehouses/conformance";
import { adapter } from ".";
import { startTables } from "./subject";

/** Values that are easily lost on the way, in words that lib/results/encoding.ts keeps exactly. */
const values: [sql: string, type: string, text: string][] = [
  ["1::TINYINT", "smallint", "1"],
  ["18446744073709551615::UBIGINT", "numeric(20,0)", "18446744073709551615"],
  ["-170141183460469231731687303715884105727::HUGEINT", "numeric", "-170141183460469231731687303715884105727"],
  ["1.50::DECIMAL(10,2)", "numeric(10,2)", "1.50"],
  [
    "99999999999999999999999999999999999.999::DECIMAL(38,3)",
    "numeric(38,3)",
    "99999999999999999999999999999999999.999",
  ],
  ["0.1::FLOAT", "real", "0.1"],
  ["'nan'::DOUBLE", "double precision", "NaN"],
  ["'-inf'::DOUBLE", "double precision", "-Infinity"],
  ["true", "boolean", "t"],
  ["''", "text", '""'],
  ["NULL::VARCHAR", "text", ""],
  ["'a\nb,\"c\"'", "text", '"a\nb,""c"""'],
  ["DATE '0044-03-15 (BC)'", "date", "0044-03-15 BC"],
  ["'infinity'::TIMESTAMP", "timestamp without time zone", "infinity"],
  ["TIMESTAMP_NS '2024-01-01 00:00:00.123456789'", "TIMESTAMP_NS", "2024-01-01 00:00:00.123456789"],
  ["TIMESTAMPTZ '2024-01-01 00:00:00+00'", "timestamp with time zone", "2024-01-01 05:45:00+05:45"],
  ["INTERVAL '1 year 2 months -3 days 04:05:06.7'", "interval", "1 year 2 months -3 days 04:05:06.7"],
  ["'\\xAA\\x00b'::BLOB", "bytea", "\\xaa0062"],
  ["[1, NULL]", "INTEGER[]", '"[1, NULL]"'],
  ["{'a': 'x, y', 'b': NULL}", 'STRUCT("a" VARCHAR, "b" INTEGER)', `"{'a': 'x, y', 'b': NULL}"`],
  ["'{\"a\":1}'::JSON", "json", '"{""a"":1}"'],
  ["'a'::ENUM('a', 'b')", "text", "a"],
];

let connection: Connection;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ connection, stop } = await startTables([
    {
      name: "stored",
      columns: [
        { name: "amount", type: "numeric" },
        { name: "Amount", type: "numeric(10,2)" },
        { name: "at", type: "timestamp with time zone" },
        { name: "ratio", type: "double precision" },
        { name: "raw", type: "bytea" },
        { name: "odd", type: "numeric(10,2)" },
        { name: "day", type: "date" },
      ],
      sql: `select * from (values
        ('12345678901234567890.12345', 1.50::DECIMAL(10,2), NULL::VARCHAR, TIMESTAMP '2024-01-01 00:00:00', NULL::VARCHAR,
          'Infinity', '\\x00ff', NULL::DECIMAL(10,2), 'NaN', DATE '2024-01-01', NULL::VARCHAR),
        ('-1', 2.50, NULL, TIMESTAMP '2024-06-01 00:00:00', NULL, '0.5', NULL, 3.25, NULL, NULL, '0044-03-15 BC'))
        t(c0, c1, x1, c2, x2, c3, c4, c5, x5, c6, x6)`,
    },
    {
      name: "own",
      engine: "duckdb",
      columns: [
        { name: "list", type: "INTEGER[]" },
        { name: "big", type: "numeric", engineType: "HUGEINT" },
        { name: "span", type: "interval", engineType: "INTERVAL" },
      ],
      sql: "select '[1, NULL]' as c0, '170141183460469231731687303715884105727' as c1, '1 year 2 days' as c2",
    },
  ]));
});
afterAll(() => stop());

describe("what DuckDB answers", () => {
  it("is exact text under Sluice's own words, whatever the type", async () => {
    const { csv, columns } = await ask(
      adapter,
      connection,
      `select ${values.map(([sql]) => sql).join(", ")}`,
      [],
      null,
      { timeZone: "Asia/Kathmandu" },
    );
    expect(columns.map(({ type }) => type)).toEqual(values.map(([, type]) => type));
    expect(csv).toBe(`${values.map(([, , text]) => text).join(",")}\n`);
  });

  it("puts a cell over 1 MiB apart from its row, wherever it stands", async () => {
    const { csv, large, rowCount } = await ask(
      adapter,
      connection,
      "select range, case range when 1 then repeat('é', 600000) else 'short' end from range(3)",
    );
    expect(csv).toBe('0,short\n1,"large 1,1"\n2,short\n');
    expect(rowCount).toBe(3);
    expect(large.map(({ row, column, value }) => [row, column, value.length])).toEqual([[1, 1, 1_200_000]]);
  });

  it("goes through the pipe whole, in the query's own order", async () => {
    const { csv, rowCount } = await ask(
      adapter,
      connection,
      "select range as n from range(300000) order by range desc",
    );
    expect(rowCount).toBe(300_000);
    const lines = csv.trimEnd().split("\n").map(Number);
    expect(lines).toHaveLength(300_000);
    expect(lines.every((n, i) => n === 299_999 - i)).toBe(true);
  });
});

describe("a stored result as a table", () => {
  const run = (sql: string) => ask(adapter, connection, sql);

  it("has its columns' names, and DuckDB's types where they hold all of its values", async () => {
    const { csv } = await run("select column_name, column_type from (describe files.stored)");
    expect(csv).toBe(
      'amount,"DECIMAL(38,5)"\nAmount_2,"DECIMAL(10,2)"\nat,TIMESTAMP WITH TIME ZONE\nratio,DOUBLE\nraw,BLOB\nodd,VARCHAR\nday,VARCHAR\n',
    );
    expect((await run("select * from files.stored where amount > 0")).csv).toBe(
      "12345678901234567890.12345,1.50,2024-01-01 00:00:00+00,Infinity,\\x00ff,NaN,2024-01-01\n",
    );
    expect((await run("select sum(amount), sum(Amount_2) from files.stored")).csv).toBe(
      "12345678901234567889.12345,4.00\n",
    );
  });

  it("of DuckDB's own is what it was", async () => {
    expect((await run("select list[1], big, span + interval '1 day', typeof(list) from files.own")).csv).toBe(
      "1,170141183460469231731687303715884105727,1 year 3 days,INTEGER[]\n",
    );
  });
});
