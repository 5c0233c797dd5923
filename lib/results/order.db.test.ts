import { existsSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressOf, testDatabase } from "@/lib/testing/database";
import { storeCsv } from "@/lib/testing/stored-rows";
import { csvRow } from "./formats";
import { childPath } from "./nursery";
import { readRows } from "./read-rows";
import { closeReaders } from "./readers";
import { type Filter, rowsQuery } from "./schema";
import type { ResultStatement } from "./statement";
import { closeWriters } from "./writers";

/** Sort and filter against PostgreSQL's own ORDER BY and WHERE, on values at and beyond the edges of DuckDB's types. */

const digits = (n: number, seed: number) =>
  Array.from({ length: n }, (_, i) => String((seed * (i + 3) * 7919 + i * i) % 10)).join("");

const around = (value: string) => [value, `-${value}`];
const numbers = [
  ...["NaN", "Infinity", "-Infinity", "0", "0.000", "1", "1.0", "1.10", "1.1", "10", "9", "99", "100", "0.1", "0.01"],
  ...["9007199254740992", "9007199254740993", "9007199254740993.0000000000000000000000001"].flatMap(around),
  ...["123456789012345678", "999999999999999999", "0.1234567890123", "0.12345678901234", "0.123456789012345"].flatMap(
    around,
  ),
  ...[`1${"0".repeat(400)}`, `1${"0".repeat(399)}1`, `9${"0".repeat(399)}.5`, "9".repeat(1000)].flatMap(around),
  ...[`0.${"0".repeat(400)}1`, `0.${"0".repeat(400)}11`, `0.${"0".repeat(399)}1`, `0.${"0".repeat(16000)}1`].flatMap(
    around,
  ),
  ...["1".repeat(26), `${"1".repeat(26)}.000000000001`, "1".repeat(39), `1${"0".repeat(131_000)}`].flatMap(around),
  ...Array.from({ length: 120 }, (_, i) =>
    [`${digits(1 + (i % 45), i + 1).replace(/^0+/, "") || "0"}.${digits(1 + ((i * 7) % 40), i + 2)}`].flatMap(around),
  ).flat(),
];
const small = Array.from(
  { length: 300 },
  (_, i) => `${i % 3 ? "" : "-"}${(i * 7919) % 100_003}.${digits(i % 4, i + 1)}`,
).map((text) => text.replace(/\.$/, ""));
const fixed = [
  "NaN",
  "0.00",
  "0.01",
  "-0.01",
  "1.00",
  "9999999999.99",
  "-9999999999.99",
  ...small.map((n) => Number(n).toFixed(2)),
];
const wholes = [
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775806",
  "0",
  "-1",
  "1",
  "9007199254740993",
];
const intervals = [
  ...["infinity", "-infinity", "0", "1 mon", "30 days", "29 days 24:00:00", "720:00:00", "1 mon -00:00:00.000001"],
  ...[
    "1 year",
    "360 days",
    "12 mons",
    "365 days",
    "-1 year -2 mons +3 days -04:05:06.789",
    "1 year 2 mons -3 days +04:05:06.7",
  ],
  ...["178956970 years 7 mons 2147483647 days", "-178956970 years -8 mons -2147483648 days", "2147483647 days"],
  ...[
    "2562047788:00:54.775807",
    "-2562047788:00:54.775807",
    "00:00:00.1",
    "-00:00:00.1",
    "9 days",
    "10 days",
    "-1 days +23:00:00",
  ],
  ...Array.from(
    { length: 200 },
    (_, i) => `${(i * 37) % 23} mons ${((i * 53) % 91) - 40} days ${((i * 7919) % 100_003) - 50_000} seconds`,
  ),
];
const times = [
  ...[
    "12:00:00+00",
    "14:00:00+02",
    "10:00:00-02",
    "12:00:00.5+05:45",
    "24:00:00+00",
    "00:00:00+00",
    "00:00:00+15:59:59",
  ],
  ...[
    "00:00:00-15:59:59",
    "23:59:59.999999-15:59",
    "9:00+00",
    "17:45:00+05:45",
    "17:45:30+05:45:30",
    "12:00:00.500+00",
  ],
  ...Array.from(
    { length: 200 },
    (_, i) => `${i % 24}:${(i * 7) % 60}:${(i * 13) % 60}.${i}${i % 2 ? "+" : "-"}${i % 15}:${(i * 15) % 60 || "00"}`,
  ),
];
const amounts = [
  ...["0", "0.01", "-0.01", "9", "10", "-9", "-10", "1000", "999.99", "-92233720368547758.08", "92233720368547758.07"],
  ...Array.from({ length: 200 }, (_, i) => (((((i * 7919) % 100_003) - 50_000) * (i % 5 ? 1 : 1000)) / 100).toFixed(2)),
];

interface Case {
  type: string;
  values: string[];
  /** Beside every tenth value itself: what a column need not be able to hold. */
  wanted: string[];
}

const cases: Case[] = [
  {
    type: "numeric",
    values: numbers,
    wanted: [
      "1e400",
      "-1e400",
      "1e-400",
      "1e131000",
      "5e-324",
      "1e308",
      "9007199254740992.5",
      "NaN",
      "Infinity",
      "-Infinity",
    ],
  },
  { type: "numeric", values: small, wanted: ["0", "1e3", "1e400", "12.3456789", "-7e-5", "NaN"] },
  {
    type: "numeric(12,2)",
    values: fixed,
    wanted: [
      "0.005",
      "-0.005",
      "0.015",
      "1e400",
      "-1e400",
      "1e-400",
      "9999999999.995",
      "10000000000",
      "NaN",
      "Infinity",
    ],
  },
  {
    type: "bigint",
    values: wholes,
    wanted: [
      "9223372036854775807.5",
      "9223372036854775808",
      "-9223372036854775809",
      "0.5",
      "-0.5",
      "1e400",
      "9007199254740993.0",
    ],
  },
  {
    type: "interval",
    values: intervals,
    wanted: ["1 month", "30 days", "2 hours", "-1 week", "infinity", "00:00:00.1"],
  },
  { type: "time with time zone", values: times, wanted: ["12:00:00+00", "14:00+02", "17:45:00+05:45"] },
  { type: "money", values: amounts, wanted: ["9", "9.5", "-10", "$1,000.00", "0.01"] },
];
const ops = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
const signs = { eq: "=", ne: "<>", lt: "<", le: "<=", gt: ">", ge: ">=" };

describe.skipIf(!existsSync(childPath("duckdb-reader.mjs")))("order (needs dist/, made by `npm run build`)", () => {
  let engine: pg.Client;
  beforeAll(async () => {
    const { name } = await testDatabase();
    engine = new pg.Client({ connectionString: addressOf(name) });
    await engine.connect();
    await engine.query("set timezone = 'UTC'; set intervalstyle = postgres; set lc_monetary = 'C'");
  });
  afterAll(async () => {
    await engine.end();
    closeReaders();
    closeWriters();
  });

  it.each(cases)(
    "of $type is PostgreSQL's, in the row and in the store ($values.length values)",
    async ({ type, values, wanted }) => {
      await engine.query("drop table if exists probe");
      await engine.query(`create table probe (n int, v ${type})`);
      await engine.query(`insert into probe select n, v::${type} from unnest($1::text[]) with ordinality u (v, n)`, [
        values,
      ]);
      await engine.query("insert into probe values (1000000, null), (1000001, null)");
      const numbersOf = async (sql: string, parameters: string[] = []) =>
        (await engine.query<{ n: number }>(`select n from probe ${sql}`, parameters)).rows.map(({ n }) => n);

      const columns = [
        { name: "n", type: "integer" },
        { name: "v", type },
        { name: "filler", type: "text" },
      ];
      const { rows } = await engine.query<{ n: number; v: string | null }>(
        "select n, v::text as v from probe order by n",
      );
      // Enough beside each value that the result leaves its own row for the store.
      const filler = "x".repeat(70_000 / rows.length + 1);
      const lines = rows.map(({ n, v }) => csvRow([String(n), v, filler], columns, false));
      const stored = await storeCsv(columns, lines, rows.length);
      expect(stored.resultKey).not.toBeNull();
      const inline: ResultStatement = {
        ...stored,
        resultKey: null,
        head: Buffer.from(lines.join("")),
        headRows: rows.length,
      };

      const chosen = async (statement: ResultStatement, query: object) =>
        (await readRows(statement, rowsQuery.parse({ limit: 10_000, ...query }))).rows.map(([n]) => n);
      for (const direction of ["asc", "desc"]) {
        const order = await numbersOf(`order by v ${direction}, n`);
        expect(await chosen(inline, { sort: `1:${direction}` }), `row ${direction}`).toEqual(order);
        expect(await chosen(stored, { sort: `1:${direction}` }), `store ${direction}`).toEqual(order);
        // Deep, through an order that is kept.
        const deep = { sort: `1:${direction}`, filter: '[{"column":0,"op":"ge","value":3}]', offset: 5 };
        expect(await chosen(stored, deep)).toEqual(
          (await numbersOf(`where n >= 3 order by v ${direction}, n`)).slice(5),
        );
      }
      // What the column's own type cannot hold is compared as a number of any size.
      const typed = /^(numeric|bigint)/.test(type) ? "numeric" : type;
      for (const value of [...wanted, ...values.filter((_, i) => i % 40 === 0 && String(i).length < 5)].filter(
        (text) => text.length < 10_000,
      ))
        for (const op of ops) {
          const filter: Filter = { column: 1, op, value };
          const found = await numbersOf(`where v ${signs[op]} $1::${typed} order by n`, [value]);
          const query = { filter: JSON.stringify([filter]) };
          const what = `v ${op} ${value.slice(0, 60)}`;
          expect(await chosen(inline, query), `row: ${what}`).toEqual(found);
          expect(await chosen(stored, query), `store: ${what}`).toEqual(found);
        }
    },
    120_000,
  );
});
