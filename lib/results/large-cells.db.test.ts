import { existsSync } from "node:fs";
import { buffer, text } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";
import { feed, resultWriter, storedStatement, storeRows } from "@/lib/testing/stored-rows";
import { download, largeCell } from "./download";
import { childPath } from "./nursery";
import { readRows } from "./read-rows";
import { closeReaders } from "./readers";
import { rowsQuery } from "./schema";
import { closeWriters } from "./writers";

describe.skipIf(!existsSync(childPath("duckdb-reader.mjs")))(
  "large cells of stored results (need dist/, made by `npm run build`)",
  () => {
    afterAll(() => {
      closeReaders();
      closeWriters();
    });

    it("keeps a large cell apart and puts it into downloads whole", async () => {
      const columns = [
        { name: "id", type: "integer" },
        { name: "big", type: "text" },
      ];
      const value = Buffer.from("é".repeat(2_000_000));
      const target = resultWriter(columns);
      const shown = await target.largeCell(1, 1, value);
      expect(shown).toBe("é".repeat(1000));
      await feed(target, ["0,small\n", `1,${shown}\n`]);
      const statement = storedStatement(columns, 2, await target.finish(2));
      expect((await readRows(statement, rowsQuery.parse({}))).largeCells).toEqual([
        { row: 1, number: 1, column: 1, bytes: value.length },
      ]);
      expect(await readRows(statement, rowsQuery.parse({ search: "small" }))).toMatchObject({
        rowCount: 1,
        partlySearched: 1,
      });
      expect((await readRows(statement, rowsQuery.parse({ sort: "0:desc" }))).partlySearched).toBe(0);
      expect((await buffer(await largeCell(statement, 1, 1))).equals(value)).toBe(true);
      const csv = await text((await download(statement, { format: "csv", formulas: "keep" })).stream);
      expect(csv).toBe(`id,big\n0,small\n1,"${value.toString()}"\n`);
    });

    it("shows a page that would be too large by its cells' beginnings, and says which", async () => {
      const columns = [
        { name: "id", type: "integer" },
        { name: "a", type: "jsonb" },
        { name: "b", type: "text" },
      ];
      // Short in the file, 900 kB a row for whoever reads it.
      const rows = Array.from({ length: 300 }, (_, i) => [String(i), `{"n": "${"é".repeat(430_000)}${i}"}`, "b"]);
      const statement = await storeRows(columns, rows);
      const page = await readRows(statement, rowsQuery.parse({ offset: 50, limit: 200 }));
      expect(page.rows).toHaveLength(200);
      expect(JSON.stringify(page).length).toBeLessThan(17 << 20);
      expect(page.largeCells).toHaveLength(200);
      expect(page.largeCells[3]).toEqual({
        row: 3,
        number: 53,
        column: 1,
        bytes: Buffer.byteLength(rows[53]?.[1] ?? ""),
      });
      expect(rows[53]?.[1]?.startsWith(String(page.rows[3]?.[1]))).toBe(true);
      expect(page.rows[3]?.[2]).toBe("b");
      expect((await buffer(await largeCell(statement, 53, 1))).toString()).toBe(rows[53]?.[1]);
      for (const query of [{ sort: "0:desc" }, { filter: '[{"column":0,"op":"ge","value":100}]', sort: "0:desc" }]) {
        const sorted = await readRows(statement, rowsQuery.parse({ ...query, limit: 200 }));
        expect(sorted.rows.map(([id]) => id)).toEqual(Array.from({ length: 200 }, (_, i) => 299 - i));
        expect(sorted.largeCells.find(({ row }) => row === 7)).toMatchObject({ number: 292, column: 1 });
      }
      const few = await readRows(statement, rowsQuery.parse({ offset: 299 }));
      expect([few.rows, few.largeCells]).toEqual([[[299, rows[299]?.[1], "b"]], []]);
    }, 60_000);

    it("cuts shorter cells where there are many of them, and asks for fewer rows where there are too many", async () => {
      const columns = Array.from({ length: 40 }, (_, i) => ({ name: `c${i}`, type: "text" }));
      const row = columns.map(() => "x".repeat(5_000));
      const statement = await storeRows(
        columns,
        Array.from({ length: 200 }, () => row),
      );
      const page = await readRows(statement, rowsQuery.parse({ limit: 200 }));
      expect(page.largeCells).toHaveLength(200 * 40);
      expect(page.largeCells[0]?.bytes).toBe(5_000);
      expect((await readRows(statement, rowsQuery.parse({ limit: 50 }))).largeCells).toEqual([]);
      const wide = { ...statement, rowCount: 1_000_000 };
      await expect(readRows(wide, rowsQuery.parse({ sort: "0", limit: 10_000, offset: 0 }))).resolves.toBeDefined();
      const wider = { ...wide, columns: Array.from({ length: 101 }, (_, i) => ({ name: `c${i}`, type: "text" })) };
      await expect(readRows(wider, rowsQuery.parse({ limit: 10_000, offset: 100 }))).rejects.toMatchObject({
        code: "invalid",
        message: "Ask for at most 9,900 rows of so many columns at a time.",
      });
    }, 60_000);
  },
);
