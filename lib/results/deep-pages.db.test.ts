import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { places } from "@/lib/platform/store/open";
import { storeCsv } from "@/lib/testing/stored-rows";
import { readManifest } from "./manifest";
import { childPath } from "./nursery";
import { readRows } from "./read-rows";
import { closeReaders, copies, pages } from "./readers";
import { type RowsQuery, rowsQuery } from "./schema";
import type { ResultStatement } from "./statement";
import { closeWriters } from "./writers";

const many = 600_000;
const columns = [
  { name: "id", type: "integer" },
  { name: "name", type: "text" },
  { name: "price", type: "numeric(12,2)" },
];
const priceOf = (i: number) => (i * 7919) % 1_000_003;
const money = (cents: number) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;

function* chunks(): Iterable<string> {
  const wide = "x".repeat(60);
  for (let i = 0; i < many; i += 1000)
    yield Array.from({ length: 1000 }, (_, k) => `${i + k},${wide} ${(i + k) % 1000},${money(priceOf(i + k))}\n`).join(
      "",
    );
}

describe.skipIf(!existsSync(childPath("duckdb-reader.mjs")))(
  "pages deep in a large result (need dist/, made by `npm run build`)",
  () => {
    let statement: ResultStatement;
    const read = (query: object) => readRows(statement, rowsQuery.parse(query));
    const ids = async (query: object) => (await read(query)).rows.map((row) => row[0]);

    beforeAll(async () => {
      statement = await storeCsv(columns, chunks(), many);
    }, 120_000);
    afterAll(() => {
      closeReaders();
      closeWriters();
    });

    it("is kept in several files, whose seams no page shows", async () => {
      const { parts } = await readManifest(statement.resultKey ?? "");
      expect(parts.length).toBeGreaterThan(1);
      expect(parts.reduce((sum, rows) => sum + rows, 0)).toBe(many);
      const seam = parts[0] ?? 0;
      expect(await ids({ offset: seam - 2, limit: 4 })).toEqual([seam - 2, seam - 1, seam, seam + 1]);
      expect(await ids({ offset: 0, limit: 1 })).toEqual([0]);
      expect(await ids({ offset: many - 1, limit: 5 })).toEqual([many - 1]);
      expect(await ids({ offset: many, limit: 5 })).toEqual([]);
    });

    it("answers a sort from row numbers first, and from a copy in that order once there is one", async () => {
      const sorted = Array.from({ length: many }, (_, i) => i).sort((a, b) => priceOf(b) - priceOf(a) || a - b);
      const query = { sort: "2:desc", limit: 300 };
      expect(await ids({ ...query, offset: 0 })).toEqual(sorted.slice(0, 300));
      expect(await ids({ ...query, offset: 400_000 })).toEqual(sorted.slice(400_000, 400_300));
      const copied = async () =>
        (await readdir(path.join(places().cache, "derived"))).some((name) => name.endsWith(".copy"));
      await expect.poll(copied, { timeout: 60_000 }).toBe(true);
      expect(await ids({ ...query, offset: 400_000 })).toEqual(sorted.slice(400_000, 400_300));
      expect(await ids({ ...query, offset: 0 })).toEqual(sorted.slice(0, 300));
      expect(await ids({ ...query, offset: many - 2 })).toEqual(sorted.slice(-2));
    }, 120_000);

    it("pages through what a filter and a search leave", async () => {
      const filter = '[{"column":2,"op":"lt","value":"100"}]';
      const left = Array.from({ length: many }, (_, i) => i).filter((i) => priceOf(i) < 10_000);
      const first = await read({ filter, limit: 10 });
      expect([first.rowCount, first.rows.map((row) => row[0])]).toEqual([left.length, left.slice(0, 10)]);
      expect(await ids({ filter, offset: 3_000, limit: 500 })).toEqual(left.slice(3_000, 3_500));
      const both = [...left].sort((a, b) => priceOf(a) - priceOf(b) || a - b);
      expect(await ids({ filter, sort: "2", offset: 2_500, limit: 20 })).toEqual(both.slice(2_500, 2_520));
      const found = await read({ search: " 77", offset: 5, limit: 2 });
      const wanted = Array.from({ length: many }, (_, i) => i).filter((i) => String(i % 1000).startsWith("77"));
      expect([found.rowCount, found.rows.map((row) => row[0])]).toEqual([wanted.length, wanted.slice(5, 7)]);
    }, 60_000);

    it("lets two readers make the same order at once", async () => {
      const query: Partial<Record<keyof RowsQuery, unknown>> = { sort: "1:desc,0", offset: 300_000, limit: 5 };
      const [a, b] = await Promise.all([ids(query), ids(query)]);
      expect(a).toEqual(b);
      expect(new Set(a).size).toBe(5);
      // Who came second may have been answered from the first one's file while its own was still being made.
      // A killed reader of another run leaves one, until the cache is full.
      const mine = async () =>
        (await readdir(path.join(places().cache, "derived"))).filter((name) =>
          name.startsWith(statement.resultKey?.split("/")[1] ?? "?"),
        );
      expect(await mine()).not.toEqual([]);
      const unfinished = async () => (await mine()).filter((name) => name.endsWith(".part"));
      await expect.poll(unfinished, { timeout: 30_000 }).toEqual([]);
    }, 60_000);

    it("asks once more when a reader dies, and says so when it dies again", async () => {
      const kill = () => {
        for (const pid of pages.pids()) process.kill(pid, "SIGKILL");
      };
      // Only the one that works is to die.
      pages.close();
      const once = ids({ sort: "1,2:desc", offset: 200_000, limit: 3 });
      await expect.poll(() => pages.pids().length).toBeGreaterThan(0);
      kill();
      expect(await once).toHaveLength(3);
      const again = ids({ sort: "1:desc,2:desc", offset: 200_000, limit: 3 });
      const killing = setInterval(kill, 20);
      await expect(again)
        .rejects.toMatchObject({ code: "unavailable" })
        .finally(() => clearInterval(killing));
      expect(await ids({ offset: 7, limit: 1 })).toEqual([7]);
      copies.close();
    }, 60_000);
  },
);
