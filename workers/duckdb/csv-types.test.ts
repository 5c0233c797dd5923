import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { csvSource } from "./csv-types";

let folder: string;
let duck: DuckDBConnection;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sluice-csv-"));
  duck = await (await DuckDBInstance.create(":memory:")).connect();
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** What of such a file is read: each column's type, and the last row. */
async function read(name: string, header: string, row: string, times: number, last: string) {
  const file = path.join(folder, name);
  await writeFile(file, `${header}\n${`${row}\n`.repeat(times)}${last}\n`);
  const source = await csvSource(duck, [file], `['${file}']`);
  const described = (await duck.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)).getRowsJS();
  const rows = await duck.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM ${source} OFFSET ${times}`);
  return { types: described.map(([, type]) => type), last: rows.getRowsJS()[0] };
}

const header = "a,b,c,d,e,f,g,h";
const row = "1,1,2026-01-01,true,2026-01-01 10:00:00,10:00:00,word,1.5";

it.each([
  ["small", 100],
  // The sample holds nothing of the last row.
  ["large", 700_000],
])("reads a column of a %s file by the type of all of its rows", async (name, times) => {
  const last = '12,1.5,2026-01-02 10:00:00,1,2026-01-02 11:30:00,11:30:00,"a ""word"", quoted",2';
  expect(await read(`${name}.csv`, header, row, times, last)).toEqual({
    types: ["BIGINT", "DOUBLE", "VARCHAR", "VARCHAR", "TIMESTAMP", "TIME", "VARCHAR", "DOUBLE"],
    last: [...["12", "1.5", "2026-01-02 10:00:00", "1", "2026-01-02 11:30:00", "11:30:00", 'a "word", quoted', "2.0"]],
  });
  const text = "12345678901234567890,many,soon,perhaps,now,later,x,1_000";
  expect(await read(`${name}-text.csv`, header, row, times, text)).toEqual({
    types: ["DOUBLE", ...Array(7).fill("VARCHAR")],
    last: ["1.2345678901234567e+19", ...text.split(",").slice(1)],
  });
});

it("takes no larger a sample than fits, however long the rows", async () => {
  const long = "x".repeat(200_000);
  const { types, last } = await read("long.csv", "n,text", `1,${long}`, 250, "many,short");
  expect(types).toEqual(["VARCHAR", "VARCHAR"]);
  expect(last).toEqual(["many", "short"]);
});
