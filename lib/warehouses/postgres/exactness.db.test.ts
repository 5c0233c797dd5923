import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exactTypes, exactValues } from "@/lib/testing/exact-values";
import { ask, failure } from "@/lib/warehouses/conformance";
import { postgresEngines } from "@/lib/warehouses/test-server";
import { adapter } from ".";
import { type Reader, startReader } from "./subject";

const csv = (text: string) => (text === "" || /[,"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

describe.each(await postgresEngines())("values are exact on $name", (engine) => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await startReader(engine);
    await reader.server.admin(exactTypes);
  }, 60_000);
  afterAll(async () => {
    await adapter.close(reader.connection.warehouseId);
    await reader.server.stop();
  });
  const run = (sql: string, bound: (string | null)[] = [], limit: number | null = null) =>
    ask(adapter, reader.connection, sql, bound, limit);

  it("for every kind of type, by COPY and by portal alike", async () => {
    const list = exactValues.map(([sql]) => sql).join(",\n");
    const expected = `${exactValues.map(([, , text]) => csv(text)).join(",")}\n`;
    const copied = await run(`select ${list}`);
    expect(copied.path).toBe("copy");
    expect(copied.csv).toBe(expected);
    expect(copied.columns.map(({ type }) => type)).toEqual(exactValues.map(([, type]) => type));
    const fetched = await run(`select ${list} where $1 = 1`, ["1"]);
    expect(fetched.path).toBe("cursor");
    expect(fetched.csv).toBe(expected);
    expect(fetched.columns).toEqual(copied.columns);
  });

  it("for a single column, whose odd values COPY quotes", async () => {
    const sql = `select * from (values (E'\\\\.'), (''), (null), ('a')) v(x)`;
    const copied = await run(sql);
    // Newer servers no longer quote the lone \\. since their reader needs it no more: both read the same.
    expect(copied.csv.replace(/^"\\\."/, "\\.")).toBe('\\.\n""\n\na\n');
    expect((await run(`${sql} where $1 = 1`, ["1"])).csv.replace(/^"\\\."/, "\\.")).toBe('\\.\n""\n\na\n');
  });

  it("for names that are the same, empty-ish or differ only in case", async () => {
    const sql = 'select 1 as a, 2 as a, 3 as "A", 4 as " ", 5 as "x""y", 6';
    const names = ["a", "a", "A", " ", 'x"y', "?column?"];
    expect((await run(sql)).columns.map(({ name }) => name)).toEqual(names);
    expect(await run(`${sql} from generate_series(1, 3)`, [], 1)).toMatchObject({
      csv: "1,2,3,4,5,6\n",
      truncated: true,
    });
  });

  it("for no columns and for 1,600", async () => {
    expect(await run("select from probe limit 2")).toMatchObject({ columns: [], csv: "\n\n", rowCount: 2 });
    const wide = `select ${Array.from({ length: 1600 }, (_, i) => `${i} as c${i}`).join(", ")}`;
    const expected = `${Array.from({ length: 1600 }, (_, i) => i).join(",")}\n`;
    expect(await run(wide, [], 5)).toMatchObject({ csv: expected, truncated: false });
    expect((await run(`${wide} where $1 = 1`, ["1"])).csv).toBe(expected);
  });

  it("for SQL of a megabyte", async () => {
    expect((await run(`select length('${"x".repeat(1_000_000)}') -- end`)).csv).toBe("1000000\n");
  });

  it("for cells over 1 MiB, which run once more and go to the sink as they are", async () => {
    const sql = `select i, case when i = 2 then repeat('é,"', 800000) end as cell, 'z' as z from generate_series(1, 3) i`;
    const answer = await run(sql);
    expect(answer).toMatchObject({ path: "cursor", restarted: true, rowCount: 3 });
    expect(answer.csv).toBe('1,,z\n2,"large 1,1",z\n3,,z\n');
    expect(answer.large).toHaveLength(1);
    expect(answer.large[0]?.value.toString()).toBe('é,"'.repeat(800_000));
  });

  it("for rows over 1 MiB of smaller cells, whose largest go to the sink until the rest fits", async () => {
    const wide = Array.from({ length: 20 }, (_, i) => `repeat('"', ${200_000 + i * 1000}) as c${i}`).join(", ");
    const { csv, large } = await run(`select 7 as n, ${wide}, null as nothing`);
    const cells = csv.trimEnd().split(",");
    expect(cells).toHaveLength(large.length * 2 + (20 - large.length) + 2);
    // The smallest stay, quoted; 200,000 + 201,000 + … stays below 1 MiB five times.
    expect(large.map(({ column }) => column).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 15 }, (_, i) => i + 6),
    );
    expect(large.find(({ column }) => column === 20)?.value.toString()).toBe('"'.repeat(219_000));
    expect(cells[1]).toBe(`"${'""'.repeat(200_000)}"`);
    expect([cells[0], cells.at(-1)]).toEqual(["7", ""]);
    expect(csv.length).toBeLessThan(2.5 * 1024 * 1024);
  });

  it("keeps the transaction of a batch over such a second run", async () => {
    const session = await adapter.acquire(reader.connection);
    const { keepingSink, sessionOptions } = await import("@/lib/warehouses/conformance");
    await session.begin(sessionOptions);
    await session.run({ sql: "set timezone to 'Asia/Tokyo'", values: [], limit: null }, keepingSink());
    const sink = keepingSink();
    await session.run(
      { sql: "select repeat('x', 2000000), current_setting('timezone')", values: [], limit: null },
      sink,
    );
    expect(sink.answer.csv).toBe('"large 0,0",Asia/Tokyo\n');
    await session.release();
  });

  it("for many rows, whose count is the server's", async () => {
    const answer = await run("select i, repeat('ab', i % 50) from generate_series(1, 200000) i");
    expect(answer.rowCount).toBe(200_000);
    expect(answer.csv.split("\n")).toHaveLength(200_001);
    expect((await run("select i, repeat('ab', i % 50) from generate_series(1, $1::int) i", ["200000"])).csv).toBe(
      answer.csv,
    );
  });

  it("places errors behind characters outside the basic plane", async () => {
    expect(await failure(run("select '😀' as a, nope"))).toMatchObject({ line: 1, column: 19 });
  });
});
