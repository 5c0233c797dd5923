import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { buffer, text } from "node:stream/consumers";
import exceljs from "exceljs";
import { afterAll, describe, expect, it } from "vitest";
import { feed, resultWriter, storedStatement, storeRows } from "@/lib/testing/stored-rows";
import { download } from "./download";
import { csvRow } from "./formats";
import type { Cell } from "./head";
import { childPath } from "./nursery";
import { readRows } from "./read-rows";
import { closeReaders } from "./readers";
import { rowsQuery } from "./schema";
import type { ResultStatement } from "./statement";
import { closeWriters } from "./writers";

const nasty: Record<string, Cell[]> = {
  text: ["", null, 'a"b', "x,y", "line\nbreak", "cr\r\nlf", "\\.", "NULL", "=1+1", "😀é", " "],
  boolean: ["t", "f", null],
  bigint: ["9223372036854775807", "-9223372036854775808", null],
  "numeric(12,2)": ["0.50", "-9999999999.99", "NaN", null],
  "numeric(38,0)": ["9".repeat(38), `-${"9".repeat(38)}`],
  numeric: ["1".repeat(200), "0.0000000000000000000000001", "NaN", "Infinity", "-Infinity", "1.10"],
  "double precision": ["NaN", "Infinity", "-0", "1e+20", "0.1", "5e-324"],
  date: ["0044-03-15 BC", "294276-12-31", "5874897-12-31", "infinity", "-infinity", "2024-02-29"],
  "timestamp without time zone": [
    "0044-03-15 00:00:00 BC",
    "294276-12-31 23:59:59.999999",
    "12345-01-01 00:00:00",
    "infinity",
    "2024-01-01 00:00:00.12",
  ],
  "timestamp with time zone": [
    "2024-01-01 05:45:00.000001+05:45",
    "2024-01-01 00:00:00+00",
    "0044-03-15 00:00:00+00 BC",
    "1883-11-18 12:03:57-04:56:02",
    "-infinity",
    "294276-12-31 00:00:00+00",
  ],
  interval: ["1 year 2 mons -3 days +04:05:06.789", "-00:00:01"],
  bytea: ["\\x00ff", "\\x"],
  jsonb: ['{"a": [1, null]}', "null"],
  "text[]": ['{a,"b,c",NULL}', "{}"],
  int4range: ["[1,5)", "empty"],
  "numeric(20,2)": ["123456789012345678.90", "1234567890123456.78", "-1234567890123456.78", "0.05", "NaN", null],
  "numeric(20,0)": ["99999999999999999999", "-999999999999999999", "999999999999999999", "NaN"],
};
const nastyColumns = Object.keys(nasty).map((type) => ({ name: type === "date" ? "bigint" : type, type }));
/** Enough filler that the result leaves the row for the store. */
const nastyRows = Array.from({ length: 3000 }, (_, i) =>
  Object.values(nasty).map((values) => values[i % values.length] ?? null),
);

async function everyCell(statement: ResultStatement): Promise<unknown[][]> {
  return (await readRows(statement, rowsQuery.parse({ limit: 10_000 }))).rows;
}

const many = 1_000_000;
const manyColumns = [
  { name: "id", type: "integer" },
  { name: "name", type: "text" },
  { name: "at", type: "timestamp with time zone" },
  { name: "price", type: "numeric(12,2)" },
];

function manyRow(i: number): string {
  const at = new Date(1.7e12 + i * 1000).toISOString().replace("T", " ").replace(".000Z", "+00");
  return `${i},"name, ${i % 1000}",${at},${((i * 7919) % 1_000_003) / 100}\n`.replace(
    /,(\d+)(?:\.(\d))?\n$/,
    (_all, whole: string, digit?: string) => `,${whole}.${digit ?? "0"}0\n`,
  );
}

function* manyChunks(): Iterable<string> {
  for (let i = 0; i < many; i += 1000) yield Array.from({ length: 1000 }, (_, k) => manyRow(i + k)).join("");
}

describe.skipIf(!existsSync(childPath("duckdb-reader.mjs")))(
  "stored results (need dist/, made by `npm run build`)",
  () => {
    afterAll(() => {
      closeReaders();
      closeWriters();
    });

    it("keeps every value as the engine printed it", async () => {
      const large = await storeRows(nastyColumns, nastyRows);
      expect(large.resultKey).not.toBeNull();
      const small = await storeRows(nastyColumns, nastyRows.slice(0, 60));
      expect(small.resultKey).toBeNull();
      const fromHead = await everyCell(small);
      const fromFile = await everyCell(large);
      expect(fromFile).toHaveLength(3000);
      expect(fromFile.slice(0, 60)).toEqual(fromHead);
      const csv = await text((await download(large, { format: "csv", formulas: "keep" })).stream);
      const header = csv.slice(0, csv.indexOf("\n") + 1);
      expect(createHash("sha256").update(csv.slice(header.length)).digest("hex")).toBe(
        createHash("sha256")
          .update(nastyRows.map((row) => csvRow(row, nastyColumns, false)).join(""))
          .digest("hex"),
      );
    });

    it("sorts and filters alike in the row and in the store", async () => {
      const large = await storeRows(nastyColumns, nastyRows);
      const small = {
        ...large,
        resultKey: null,
        head: Buffer.from(nastyRows.map((row) => csvRow(row, nastyColumns, false)).join("")),
      };
      for (let column = 0; column < nastyColumns.length; column++) {
        for (const direction of ["asc", "desc"]) {
          const query = rowsQuery.parse({ sort: `${column}:${direction}`, limit: 3000 });
          const [a, b] = [await readRows(large, query), await readRows(small, query)];
          const at = (rows: unknown[][]) => rows.map((row) => row[column]);
          expect(at(a.rows), `${nastyColumns[column]?.type} ${direction}`).toEqual(at(b.rows));
          const nulls = at(a.rows).filter((cell) => cell === null).length;
          const end = direction === "asc" ? at(a.rows).slice(-nulls) : at(a.rows).slice(0, nulls);
          if (nulls > 0) expect(new Set(end), `NULL ${direction}`).toEqual(new Set([null]));
        }
      }
      const filters = [
        { column: 0, op: "eq", value: "" },
        { column: 0, op: "contains", value: "É" },
        { column: 1, op: "ne", value: true },
        { column: 2, op: "ge", value: "9223372036854775807" },
        { column: 3, op: "gt", value: 0.5 },
        { column: 3, op: "eq", value: "NaN" },
        { column: 5, op: "lt", value: "1.2" },
        { column: 6, op: "in", value: ["NaN", 0.1] },
        { column: 7, op: "lt", value: "2024-01-01" },
        { column: 8, op: "ge", value: "2024-01-01" },
        { column: 9, op: "le", value: "2024-01-01" },
        { column: 4, op: "null" },
        { column: 0, op: "starts", value: "X" },
      ];
      for (const filter of filters) {
        const query = rowsQuery.parse({ filter: JSON.stringify([filter]), limit: 3000 });
        const [a, b] = [await readRows(large, query), await readRows(small, query)];
        expect(a.rowCount, JSON.stringify(filter)).toBe(b.rowCount);
        expect(a.rows).toEqual(b.rows);
      }
      await expect(
        readRows(large, rowsQuery.parse({ filter: '[{"column":2,"op":"eq","value":"x"}]' })),
      ).rejects.toMatchObject({ code: "invalid" });
    }, 120_000);

    it("carries 1,600 columns", async () => {
      const columns = Array.from({ length: 1600 }, (_, i) => ({ name: `c${i}`, type: i % 2 ? "integer" : "text" }));
      const statement = await storeRows(
        columns,
        Array.from({ length: 300 }, (_, r) => columns.map((_c, i) => String(r * i))),
      );
      const page = await readRows(statement, rowsQuery.parse({ offset: 200, limit: 100 }));
      expect(page.rows[99]?.[1599]).toBe(299 * 1599);
    });

    it("pages, sorts, filters, searches and downloads a million rows", async () => {
      const target = resultWriter(manyColumns);
      await feed(target, manyChunks());
      const statement = storedStatement(manyColumns, many, await target.finish(many));
      const read = (query: object) => readRows(statement, rowsQuery.parse(query));
      expect((await read({ offset: 900_000, limit: 2 })).rows.map((row) => row[0])).toEqual([900_000, 900_001]);
      const sorted = await read({ sort: "0:desc", offset: 500_000, limit: 3 });
      expect(sorted.rows.map((row) => row[0])).toEqual([499_999, 499_998, 499_997]);
      const filtered = await read({ filter: '[{"column":1,"op":"eq","value":"name, 7"}]', offset: 999, limit: 5 });
      expect([filtered.rowCount, filtered.rows[0]?.[0]]).toEqual([1000, 999_007]);
      expect((await read({ search: "NAME, 999" })).rowCount).toBe(1000);
      expect((await read({ filter: '[{"column":2,"op":"lt","value":"2023-11-14 22:13:25"}]' })).rowCount).toBe(5);
      const hash = createHash("sha256");
      for await (const chunk of (await download(statement, { format: "csv", formulas: "keep" })).stream)
        hash.update(chunk as Buffer);
      const wanted = createHash("sha256").update("id,name,at,price\n");
      for (const chunk of manyChunks()) wanted.update(chunk);
      expect(hash.digest("hex")).toBe(wanted.digest("hex"));
    }, 120_000);

    it("downloads every format, from the row and from the store", async () => {
      const columns = [
        { name: "id", type: "integer" },
        { name: "id", type: "text" },
        { name: "big", type: "bigint" },
      ];
      const rows = Array.from({ length: 20_000 }, (_, i) => [
        String(i),
        i === 0 ? "=cmd()" : `-v${i}`,
        "9007199254740993",
      ]);
      for (const some of [rows, rows.slice(0, 10)]) {
        const statement = await storeRows(columns, some);
        const get = async (format: "csv" | "json" | "ndjson" | "xlsx" | "parquet") =>
          buffer((await download(statement, { format, formulas: "neutralise" })).stream);
        const lines = (await get("csv")).toString().trimEnd().split("\n");
        expect([lines.length, lines[0], lines[1]]).toEqual([
          some.length + 1,
          "id,id,big",
          "0,'=cmd(),9007199254740993",
        ]);
        const objects = JSON.parse((await get("json")).toString()) as object[];
        expect([objects.length, objects[0]]).toEqual([some.length, { id: 0, id_2: "=cmd()", big: "9007199254740993" }]);
        expect(
          (await get("ndjson"))
            .toString()
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line) as object),
        ).toEqual(objects);
        const book = new exceljs.Workbook();
        await book.xlsx.load((await get("xlsx")) as never);
        const sheet = book.getWorksheet("Result");
        expect([
          sheet?.rowCount,
          sheet?.getCell("A3").value,
          sheet?.getCell("B2").value,
          sheet?.getCell("C2").value,
        ]).toEqual([some.length + 1, 1, "'=cmd()", "9007199254740993"]);
        expect((await get("parquet")).subarray(0, 4).toString()).toBe("PAR1");
      }
    }, 60_000);

    it("carries no columns and no rows", async () => {
      const none = await storeRows([], []);
      expect((await readRows(none, rowsQuery.parse({}))).rows).toEqual([]);
      const target = resultWriter([]);
      await feed(target, ["\n\n\n"]);
      const three = storedStatement([], 3, await target.finish(3));
      expect((await readRows(three, rowsQuery.parse({}))).rows).toEqual([[], [], []]);
      const empty = await storeRows([{ name: "a", type: "text" }], []);
      expect((await readRows(empty, rowsQuery.parse({}))).rowCount).toBe(0);
    });

    it("downloads rows without columns a batch at a time, however many", async () => {
      // More than an array can hold: what made all of them first would fail here.
      const none = storedStatement([], 2 ** 33, {
        head: Buffer.alloc(0),
        headRows: 0,
        resultKey: null,
        resultBytes: 0,
      });
      for (const [format, beginning] of [
        ["csv", "\n\n"],
        ["json", "[\n{},\n{}"],
        ["ndjson", "{}\n{}\n"],
      ] as const) {
        const { stream } = await download(none, { format, formulas: "keep" });
        let seen = "";
        for await (const chunk of stream) {
          seen += String(chunk);
          if (seen.length > 10) break;
        }
        expect(seen.slice(0, beginning.length)).toBe(beginning);
      }
      const few = await download({ ...none, rowCount: 4_001 }, { format: "ndjson", formulas: "keep" });
      expect(await text(few.stream)).toBe("{}\n".repeat(4_001));
    });
  },
);
