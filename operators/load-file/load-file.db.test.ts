import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import exceljs from "exceljs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkManifest } from "@/lib/operators/check-manifest";
import { removeStages, runStage, type StageEnd, type StageRequest } from "@/lib/testing/stages";

/** Answers by path, and keeps what it was asked. */
const asked: { url: string; authorization: string | undefined }[] = [];
let server: Server;
let origin = "";
beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = "", headers } = request;
    asked.push({ url, authorization: headers.authorization });
    if (url === "/moved") return response.writeHead(302, { location: "/sales.csv" }).end();
    if (url === "/inside") return response.writeHead(302, { location: "http://169.254.169.254/latest" }).end();
    if (url === "/private" && headers.authorization !== "Bearer 42") return response.writeHead(401).end();
    if (url === "/endless") return response.writeHead(302, { location: "/endless" }).end();
    if (url === "/cut") {
      response.writeHead(200, { "content-length": "1000" }).write("a,b\n1,2\n");
      return setTimeout(() => response.destroy(), 20);
    }
    if (url === "/gone") return response.writeHead(404).end("<h1>no</h1>");
    response.writeHead(200).end("day,amount\n2026-03-01,1.50\n2026-03-02,2.25\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  removeStages();
});

const outputs = { rows: { format: "parquet" }, rejected: { format: "csv" } } as const;
const load = (content: string | Buffer, params: object = {}, more: Partial<StageRequest> = {}) =>
  runStage("load-file", {
    params: { from: "upload", file: { upload: "x" }, ...params },
    files: { file: { name: "x.csv", content } },
    outputs,
    ...more,
  });
const fetched = (at: string, more: Partial<StageRequest> = {}) =>
  runStage("load-file", {
    params: { from: "url", url: at.startsWith("/") ? origin + at : at },
    hosts: ["127.0.0.1"],
    outputs,
    ...more,
  });

async function rowsOf(end: StageEnd, output = "rows", file = "part-0.parquet") {
  expect(end, end.stderr).toMatchObject({ code: 0 });
  const duck = await (await DuckDBInstance.create()).connect();
  await duck.run("set TimeZone = 'UTC'");
  const from = `'${path.join(end.out, output, file)}'`;
  const types = (await duck.runAndReadAll(`describe select * from ${from}`)).getRowsJS();
  const rows = (await duck.runAndReadAll(`select columns(*)::varchar from ${from}`)).getRowsJS();
  return { types: types.map(([name, type]) => `${name} ${type}`), rows };
}

it("has a manifest that holds", () => {
  const manifest = JSON.parse(readFileSync("operators/load-file/operator.json", "utf8"));
  expect(checkManifest(manifest)).not.toHaveProperty("problems");
});

describe("a file", () => {
  it("is read by what it is, with its own names and types that change no value", async () => {
    const end = await load("zip;amount;day;Zip\n01067;1.50;2026-03-01;a\n80331;20;2026-03-02;\n");
    const { types, rows } = await rowsOf(end);
    expect(types).toEqual(["zip VARCHAR", "amount DECIMAL(4,2)", "day DATE", "Zip_2 VARCHAR"]);
    expect(rows).toEqual([
      ["01067", "1.50", "2026-03-01", "a"],
      ["80331", "20.00", "2026-03-02", null],
    ]);
    expect(end.result).toMatchObject({ rows: 2, metrics: { bytes: 64 } });
    expect((await rowsOf(await load('[{"n": 1, "who": {"a": 2}}, {"n": 3}]'))).rows).toEqual([
      ["1", "{'a': 2}"],
      ["3", null],
    ]);
    expect((await rowsOf(await load('{"n": 1}\n{"n": 2}\n'))).rows).toEqual([["1"], ["2"]]);
    expect((await rowsOf(await load(Buffer.from("name\nZoë\n", "latin1")))).rows).toEqual([["Zoë"]]);
  });

  it("that Sluice keeps has its columns' names again", async () => {
    const csv = await load("a,b\n1,x\n", {}, { outputs });
    const { rows } = await rowsOf(csv);
    expect(rows).toEqual([["1", "x"]]);
    const duck = await (await DuckDBInstance.create()).connect();
    const kept = path.join(csv.out, "kept.parquet");
    await duck.run(`copy (select 1 as c0, 'x' as c1) to '${kept}' (format parquet)`);
    const columns = ["a b", 'qu"ote'].map((name) => ({ name, type: "VARCHAR" }));
    const files = { file: { name: "kept", content: readFileSync(kept), columns } };
    expect((await rowsOf(await load("", {}, { files }))).types).toEqual(["a b INTEGER", 'qu"ote VARCHAR']);
  });

  it("may be a sheet of a workbook, and goes on in the format that is asked for", async () => {
    const book = new exceljs.Workbook();
    book.addWorksheet("First").addRow(["x"]);
    const second = book.addWorksheet("Second");
    second.addRow(["id", "sold"]);
    second.addRow([1, new Date(Date.UTC(2026, 1, 28))]);
    const content = Buffer.from(await book.xlsx.writeBuffer());
    const end = await load(content, { sheet: "Second" }, { outputs: { ...outputs, rows: { format: "csv" } } });
    expect(readFileSync(path.join(end.out, "rows", "part-0.csv"), "utf8")).toBe("id,sold\n1,2026-02-28\n");
    const wrong = await load(content, { sheet: "Third" });
    expect(wrong.result?.error).toMatchObject({ field: "sheet", message: expect.stringMatching(/First, Second/) });
  });

  it("is read only as far as a trial goes", async () => {
    const end = await load(`n\n${"1\n".repeat(500)}`, {}, { dry: { rows: 20 } });
    expect((await rowsOf(end)).rows).toHaveLength(20);
    expect(end.result?.rows).toBe(20);
  });

  it.each([
    ["", /is empty/],
    [Buffer.from([0x1f, 0x8b, 8, 0]), /compressed/],
    [Buffer.from("PK\x03\x04 and no more"), /damaged/],
    ['{"a": 1}\n{"a": \n', /not JSON/],
  ])("that holds no table is refused in words: %#", async (content, words) => {
    const end = await load(content);
    expect(end).toMatchObject({ code: 1, result: { error: { field: "file", message: expect.stringMatching(words) } } });
  });
});

describe("bad rows", () => {
  const csv = "id,amount,day\n1,1.50,2026-03-01\n2,x,2026-03-01\n3,4,5,6\n4,2.345,2026-02-30\n,,\n";
  const types = { amount: "decimal(10,2)", day: "date" };

  it("are named, all of them, and nothing goes on", async () => {
    const end = await load(csv, { types });
    expect(end.code).toBe(1);
    expect(end.result?.error).toMatchObject({ row: 4 });
    expect(end.result?.error?.message.split("\n")).toEqual([
      "3 rows of the file cannot be read.",
      "Line 4: has 4 values where the others have 3 (3,4,5,6)",
      "Row 2, amount: is no decimal(10,2) (x)",
      "Row 3, amount: is no decimal(10,2) (2.345)",
      "Row 3, day: is no date (2026-02-30)",
    ]);
  });

  it("are left out where that is wanted, and handed on", async () => {
    const end = await load(csv, { types, bad_rows: "leave-out" });
    expect((await rowsOf(end)).rows).toEqual([
      ["1", "1.50", "2026-03-01"],
      [null, null, null],
    ]);
    expect(end.result?.metrics).toMatchObject({ left_out: 3 });
    const left = await rowsOf(end, "rejected", "part-0.csv");
    expect(left.rows.map(([line, row, column, , text]) => [line, row, column, text])).toEqual([
      ["4", null, null, "3,4,5,6"],
      [null, "2", "amount", "x"],
      [null, "3", "amount", "2.345"],
      [null, "3", "day", "2026-02-30"],
    ]);
  });

  it("are too many from some number on", async () => {
    const end = await load(`a,b\n${"1\n".repeat(50)}1,2\n`, { bad_rows: "leave-out", most_bad: 20 });
    expect(end.result?.error?.message).toMatch(/^More than 20 rows of the file cannot be read, and at most 20/);
  });

  it("are not looked for by names that are not there", async () => {
    const end = await load(csv, { types: { price: "integer" } });
    expect(end.result?.error).toMatchObject({ field: "types", message: expect.stringMatching(/no column "price"/) });
  });
});

describe("an address", () => {
  it("is read where it leads, with what signs in sent there alone", async () => {
    expect((await rowsOf(await fetched("/moved"))).rows).toEqual([
      ["2026-03-01", "1.50"],
      ["2026-03-02", "2.25"],
    ]);
    expect((await fetched("/private")).result?.error).toMatchObject({
      field: "url",
      hint: expect.stringMatching(/secret/),
    });
    const end = await fetched("/private", { secrets: { authorization: "Bearer 42\n" } });
    expect((await rowsOf(end)).rows).toHaveLength(2);
    expect(asked.at(-1)).toEqual({ url: "/private", authorization: "Bearer 42" });
  });

  it.each([
    ["/gone", /answered 404/],
    ["/inside", /169.254.169.254 lies in a private network/],
    ["/endless", /more than 5 times/],
    ["/cut", /aborted|cut|closed|premature/i],
    ["ftp://example.com/x.csv", /https?:\/\//],
    ["http://user:secret@127.0.0.1/x", /name a secret/],
    ["http://127.0.0.1:1/x.csv", /cannot be asked/],
  ])("%s gives nothing", async (at, words) => {
    const end = await fetched(at);
    expect(end.code).toBe(1);
    expect(end.result?.error?.message).toMatch(words);
  });

  it("in a private network is not asked, unless an admin named it", async () => {
    const before = asked.length;
    const end = await fetched("/sales.csv", { hosts: [] });
    expect(end.result?.error?.message).toMatch(/127.0.0.1 lies in a private network.*STAGE_PRIVATE_HOSTS/);
    expect(asked).toHaveLength(before);
  });
});
