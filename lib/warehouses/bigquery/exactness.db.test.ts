import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BigQueryEmulator, emulatorMissing } from "@/lib/testing/bigquery-emulator";
import type { Connection } from "@/lib/warehouses/adapter";
import { ask, failure } from "@/lib/warehouses/conformance";
import { adapter } from ".";
import { startReader } from "./subject";

const missing = await emulatorMissing();

describe.skipIf(missing)(`what the emulator answers${missing ? ` (left out: ${missing})` : ""}`, () => {
  let emulator: BigQueryEmulator;
  let connection: Connection;
  beforeAll(async () => {
    ({ emulator, connection } = await startReader());
  });
  afterAll(() => emulator?.kill());
  const run = (sql: string, values: string[] = [], limit: number | null = null) =>
    ask(adapter, connection, sql, values, limit);

  it("keeps times to the microsecond, from the first year on", async () => {
    const { csv, columns } = await run(`select timestamp '2024-01-02 03:04:05.678901+00' as a,
      timestamp '0001-01-01 00:00:00+00' as b, timestamp '1969-12-31 23:59:59.9+00' as c,
      datetime '2024-01-02 03:04:05.100000' as d, date '0001-01-01' as e, time '12:34:56.789' as f`);
    expect(csv).toBe(
      "2024-01-02 03:04:05.678901+00,0001-01-01 00:00:00+00,1969-12-31 23:59:59.9+00," +
        "2024-01-02 03:04:05.1,0001-01-01,12:34:56.789\n",
    );
    expect(columns.map(({ type, engineType }) => `${engineType} as ${type}`)).toEqual([
      ...Array(3).fill("TIMESTAMP as timestamp with time zone"),
      "DATETIME as timestamp without time zone",
      "DATE as date",
      "TIME as time without time zone",
    ]);
  });

  it("keeps every digit of numbers", async () => {
    const { csv } = await run(
      "select 9007199254740993 as a, -9223372036854775808 as b, bignumeric '1.5' as c, 1e300 as d, true as e",
    );
    // The service prints no zeros behind the last digit, the emulator does.
    expect(csv).toMatch(/^9007199254740993,-9223372036854775808,1\.50*,1e\+300,t\n$/);
  });

  it("writes arrays and structs as JSON that loses no digit, NULL elements included", async () => {
    const sql = `select [1, 9007199254740993] as a, struct(1 as x, 'y"' as y, [struct(1.5 as z)] as zz) as s,
      array_agg(n order by n) as n from (select cast(null as int64) as n union all select 2)`;
    const { csv, columns } = await run(sql);
    expect(csv).toBe(`"[1,""9007199254740993""]","{""x"":1,""y"":""y\\"""",""zz"":[{""z"":1.5}]}","[null,2]"\n`);
    expect(columns.map(({ type, engineType }) => [type, engineType])).toEqual([
      ["json", "ARRAY<INT64>"],
      ["json", "STRUCT<x INT64, y STRING, zz ARRAY<STRUCT<z FLOAT64>>>"],
      ["json", "ARRAY<INT64>"],
    ]);
  });

  it("gives what has no equal elsewhere as the engine's own text", async () => {
    const sql = `select interval '1-2 3 4:5:6.789' year to second as a, range(date '2024-01-01', date '2024-02-01') as b,
      json '{"k": 1}' as c`;
    const { csv, columns } = await run(sql);
    expect(csv).toBe(`1-2 3 4:5:6.789,"[2024-01-01, 2024-02-01)","{""k"":1}"\n`);
    expect(columns.map(({ engineType }) => engineType)).toEqual(["INTERVAL", "RANGE<DATE>", "JSON"]);
  });

  it("reads every page of a large result, and of a limited one no more than that", async () => {
    const many = "select x, concat('row ', cast(x as string)) as t from unnest(generate_array(1, 40000)) x order by x";
    const all = await run(many);
    expect(all).toMatchObject({ rowCount: 40_000, truncated: false });
    const lines = all.csv.split("\n");
    expect([lines.length, lines[0], lines[39_999]]).toEqual([40_001, "1,row 1", "40000,row 40000"]);
    const some = await run(many, [], 30_000);
    expect(some).toMatchObject({ rowCount: 30_000, truncated: true });
    expect(some.csv.split("\n")[29_999]).toBe("30000,row 30000");
  });

  it("puts a cell over 1 MiB where it is kept whole", async () => {
    const { csv, large } = await run("select 1 as a, repeat('é', 600000) as b");
    expect(large.map(({ row, column, value }) => [row, column, value.length])).toEqual([[0, 1, 1_200_000]]);
    expect(csv).toBe('1,"large 0,1"\n');
  });

  it("says what is wrong with a value", async () => {
    const sql = "select * from shop.probe where id = cast(@p1 as int64)";
    expect((await failure(run(sql, ["seven"]))).message).toContain("seven");
  });
});
