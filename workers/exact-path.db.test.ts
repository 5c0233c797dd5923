import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { buffer, text } from "node:stream/consumers";
import { DuckDBInstance } from "@duckdb/node-api";
import exceljs from "exceljs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { statementOf, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import type { ParameterValues } from "@/lib/executions/schema";
import { openQueue } from "@/lib/jobs/queue";
import { download } from "@/lib/results/download";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { type Format, rowsQuery } from "@/lib/results/schema";
import { closeWriters } from "@/lib/results/writers";
import { testDatabase } from "@/lib/testing/database";
import { exactTypes, exactValues } from "@/lib/testing/exact-values";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { adapterFor } from "@/lib/warehouses/registry";
import { runWork } from "./handlers/run-work";
import { newRunning } from "./registry";

/** From the engine's value to every file that people take away, by each way of reading it and of keeping it. */

const running = newRunning("the-test");
let ana: Context;
let warehouse: BuiltWarehouse;
const folder = mkdtempSync(path.join(os.tmpdir(), "sluice-exact-"));

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id], sql: `${exactTypes}; create table none ()` });
  await openQueue().consume((work) => runWork(work, running), 4);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  closeReaders();
  closeWriters();
  await closeGate();
  await (await adapterFor("postgres")).close();
});

async function run(sql: string, parameters?: ParameterValues) {
  const { id } = await runQuery(ana, { warehouse: warehouse.id, sql, parameters });
  const view = await waitForExecution(ana, id, 25);
  expect(view, sql.slice(0, 200)).toMatchObject({ state: "succeeded", error: null });
  return statementOf(ana, id);
}
type Statement = Awaited<ReturnType<typeof run>>;

const file = async (statement: Statement, format: Format, formulas: "keep" | "neutralise" = "keep") =>
  (await download(statement, { format, formulas })).stream;
const csvCell = (value: string) =>
  value === "" || /[,"\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** As the REST contract says, from PostgreSQL's text. */
function jsonOf(type: string, value: string): string | number | boolean {
  if (type === "boolean") return value === "t";
  if (type === "smallint" || type === "integer") return Number(value);
  const finite = /^(real|double precision)$/.test(type) && !/NaN|Infinity|^-0$/.test(value);
  return finite ? Number(value) : value;
}

/** The rows of a Parquet file as text, by another DuckDB than ours. */
async function parquetRows(statement: Statement): Promise<{ names: string[]; types: string[]; rows: unknown[][] }> {
  const name = path.join(folder, `${statement.executionId}.parquet`);
  writeFileSync(name, await buffer(await file(statement, "parquet")));
  const duck = await (await DuckDBInstance.create(":memory:")).connect();
  await duck.run("set TimeZone = 'UTC'");
  const all = await duck.runAndReadAll(`select columns(*)::varchar from read_parquet('${name}')`);
  const described = await duck.runAndReadAll(`describe select * from read_parquet('${name}')`);
  duck.closeSync();
  const columns = described.getRowsJS() as string[][];
  return {
    names: columns.map((row) => row[0] ?? ""),
    types: columns.map((row) => row[1] ?? ""),
    rows: all.getRowsJS(),
  };
}

const ways: [string, ParameterValues | undefined][] = [
  ["by COPY", undefined],
  ["by portal", { yes: 1 }],
];
const sizes: [string, number][] = [
  ["in the row", 2],
  ["in the store", 300],
];
const list = exactValues.map(([expression], i) => `${expression} as v${i}`).join(",\n");
const wanted = exactValues.map(([, , value]) => value);

describe.each(ways)("%s", (_way, parameters) => {
  const where = parameters ? " where {{yes}} = 1" : "";

  describe.each(sizes)("%s", (place, rows) => {
    let statement: Statement;
    beforeAll(async () => {
      statement = await run(`select ${list} from generate_series(1, ${rows})${where}`, parameters);
    });

    it("is kept there", () => {
      expect(statement.rowCount).toBe(rows);
      if (place === "in the row") expect(statement.resultKey).toBeNull();
      else expect(statement.resultKey).not.toBeNull();
      expect(statement.columns?.map(({ type }) => type)).toEqual(exactValues.map(([, type]) => type));
    });

    it("pages are exact, from the first row to the last", async () => {
      const page = await readRows(statement, rowsQuery.parse({ limit: 10_000 }));
      expect(page.rows).toHaveLength(rows);
      const expected = exactValues.map(([, type, value]) => jsonOf(type, value));
      for (const row of page.rows) expect(row).toEqual(expected);
    });

    it("CSV is PostgreSQL's own text", async () => {
      const header = `${exactValues.map((_, i) => `v${i}`).join(",")}\n`;
      expect(await text(await file(statement, "csv"))).toBe(header + `${wanted.map(csvCell).join(",")}\n`.repeat(rows));
    });

    it("JSON and NDJSON hold the same", async () => {
      const expected = Object.fromEntries(
        exactValues.map(([, type, value], i) => [`v${i}`, value === "-0" ? -0 : jsonOf(type, value)]),
      );
      const objects = JSON.parse(await text(await file(statement, "json"))) as unknown[];
      expect(objects).toHaveLength(rows);
      for (const one of objects) expect(one).toEqual(expected);
      const lines = (await text(await file(statement, "ndjson"))).trimEnd().split("\n");
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(objects);
    });

    it("XLSX has numbers where 15 digits hold them, and the text of all else", async () => {
      const book = new exceljs.Workbook();
      await book.xlsx.load((await buffer(await file(statement, "xlsx"))) as never);
      const sheet = book.getWorksheet("Result");
      expect(sheet?.rowCount).toBe(rows + 1);
      exactValues.forEach(([, type, value], i) => {
        const cell = sheet?.getCell(rows + 1, i + 1).value ?? "";
        if (typeof cell === "number") expect([type, cell]).toEqual([type, Number(value)]);
        else if (typeof cell === "boolean") expect(cell).toBe(value === "t");
        // XML itself reads \r\n as one line break.
        else expect([type, String(cell)]).toEqual([type, value.replaceAll("\r\n", "\n")]);
        const digits = value.replace(/\D/g, "").replace(/^0+/, "").length;
        if (/^(bigint|numeric)/.test(type) && digits > 15) expect(typeof cell, value).toBe("string");
        if (/^(integer|smallint)$/.test(type)) expect(typeof cell).toBe("number");
      });
    });

    it("Parquet holds the same", async () => {
      const { types, rows: stored } = await parquetRows(statement);
      expect(stored).toHaveLength(rows);
      exactValues.forEach(([, type, value], i) => {
        const cell = String(stored.at(-1)?.[i]);
        if (types[i] === "BOOLEAN") expect(cell).toBe(value === "t" ? "true" : "false");
        else if (/FLOAT|DOUBLE/.test(types[i] ?? ""))
          expect([type, Number(cell.replace(/^(-?)inf$/, "$1Infinity").replace("nan", "NaN"))]).toEqual([
            type,
            Number(value),
          ]);
        else expect([type, cell]).toEqual([type, value]);
      });
    });
  });

  it("tells names apart that are the same, unnamed or differ in case only", async () => {
    const names = ["a", "a", "A", " ", 'x"y', "?column?", "?column?", "<b>"];
    const sql = `select 1 as a, 2 as a, 3 as "A", 4 as " ", 5 as "x""y", 6, 7, 8 as "<b>"`;
    for (const count of [1, 20_000]) {
      const statement = await run(`${sql} from generate_series(1, ${count})${where}`, parameters);
      expect(statement.columns?.map(({ name }) => name)).toEqual(names);
      const csv = await text(await file(statement, "csv"));
      expect(csv.slice(0, csv.indexOf("\n"))).toBe(names.map(csvCell).join(","));
      const [first] = JSON.parse(await text(await file(statement, "json"))) as object[];
      expect(first).toEqual({ a: 1, a_2: 2, A: 3, " ": 4, 'x"y': 5, "?column?": 6, "?column?_2": 7, "<b>": 8 });
      const parquet = await parquetRows(statement);
      expect(new Set(parquet.names.map((name) => name.toLowerCase())).size).toBe(names.length);
      expect(parquet.rows[0]).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
      const book = new exceljs.Workbook();
      await book.xlsx.load((await buffer(await file(statement, "xlsx"))) as never);
      expect(names.map((_, i) => book.getWorksheet("Result")?.getCell(1, i + 1).value)).toEqual(names);
    }
  });

  it("carries no rows, no columns and 1,600 columns", async () => {
    const empty = await run(`select 1 as a, 'x'::text as b from generate_series(1, 0)${where}`, parameters);
    expect(await readRows(empty, rowsQuery.parse({}))).toMatchObject({ rows: [], rowCount: 0, complete: true });
    expect(await text(await file(empty, "csv"))).toBe("a,b\n");
    expect(JSON.parse(await text(await file(empty, "json")))).toEqual([]);
    expect(await text(await file(empty, "ndjson"))).toBe("");
    expect(await parquetRows(empty)).toMatchObject({ names: ["a", "b"], rows: [] });

    const none = await run(`select from generate_series(1, 3)${where}`, parameters);
    expect(await readRows(none, rowsQuery.parse({}))).toMatchObject({ columns: [], rows: [[], [], []], rowCount: 3 });
    expect(await text(await file(none, "ndjson"))).toBe("{}\n{}\n{}\n");

    const many = Array.from({ length: 1600 }, (_, i) => `g + ${i} as c${i}`).join(", ");
    for (const count of [1, 60]) {
      const wide = await run(`select ${many} from generate_series(1, ${count}) g${where}`, parameters);
      const page = await readRows(wide, rowsQuery.parse({ offset: count - 1, limit: 1 }));
      expect(page.rows).toEqual([Array.from({ length: 1600 }, (_, i) => i + count)]);
      expect((await parquetRows(wide)).rows.at(-1)?.at(-1)).toBe(String(1599 + count));
      const csv = (await text(await file(wide, "csv"))).trimEnd().split("\n");
      expect(csv.at(-1)?.split(",")).toHaveLength(1600);
      const book = new exceljs.Workbook();
      await book.xlsx.load((await buffer(await file(wide, "xlsx"))) as never);
      expect(book.getWorksheet("Result")?.getCell(count + 1, 1600).value).toBe(1599 + count);
    }
  });

  it("takes a megabyte of SQL", async () => {
    const sql = `select length('${"x".repeat(1 << 20)}') as n from generate_series(1, 1)${where}`;
    expect((await readRows(await run(sql, parameters), rowsQuery.parse({}))).rows).toEqual([[1 << 20]]);
  });

  it("neutralises what a spreadsheet would run, in text only", async () => {
    const risky = [
      "=1+1",
      "+1",
      "-1+1",
      "@SUM(A1)",
      "\t=1",
      "\r=1",
      "\n=1",
      "\uff1d1+1",
      "\uff0b1",
      "\uff0d1",
      "\uff20A1",
    ];
    const safe = ["1", "a=1", "", " ", "'=1", "€5"];
    const texts = [...risky, ...safe].map((one) => `E'${one.replaceAll("'", "''")}'`).join(", ");
    for (const count of [1, 3_000]) {
      const sql = `select x as "=cmd|'/c calc'!A1", -1.5 as negative, -5 as whole, time '10:00' - interval '11:00' as late,
        interval '-1 day' as ago, '{-1,2}'::int[] as list, g from generate_series(1, ${count}) g, unnest(array[${texts}]) with ordinality as t(x, n)${where} order by g, n`;
      const statement = await run(sql, parameters);
      const expected = [...risky.map((one) => `'${one}`), ...safe];
      const csv = (await text(await file(statement, "csv", "neutralise"))).split(/\n(?=[^,]*,-1\.5)|\n(?=",-1)/);
      const all = csv.join("\n");
      expect(all.startsWith("'=cmd|'/c calc'!A1,negative,whole,late,ago,list,g\n")).toBe(true);
      const lines = expected.map((one) => `${csvCell(one)},-1.5,-5,23:00:00,-1 days,"{-1,2}",1\n`).join("");
      expect(all.slice(all.indexOf("\n") + 1, all.indexOf("\n") + 1 + lines.length)).toBe(lines);
      const book = new exceljs.Workbook();
      await book.xlsx.load((await buffer(await file(statement, "xlsx", "neutralise"))) as never);
      const sheet = book.getWorksheet("Result");
      expect(sheet?.getCell("A1").value).toBe("'=cmd|'/c calc'!A1");
      expected.forEach((one, i) => {
        const value = String(sheet?.getCell(i + 2, 1).value ?? "");
        expect(value).toBe(one.replaceAll("\r", "\n"));
        expect(sheet?.getCell(i + 2, 2).value).toBe(-1.5);
        expect(sheet?.getCell(i + 2, 3).value).toBe(-5);
        expect(sheet?.getCell(i + 2, 5).value).toBe("-1 days");
      });
      // Kept as it is where that was asked for: the API's default.
      expect(await text(await file(statement, "csv"))).toContain("\n+1,-1.5");
    }
  });
});
