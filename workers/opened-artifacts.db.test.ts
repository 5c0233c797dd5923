import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { listArtifacts } from "@/lib/artifacts/data";
import { downloadArtifact } from "@/lib/artifacts/download-artifact";
import { openArtifact } from "@/lib/artifacts/open-artifact";
import { previewArtifact } from "@/lib/artifacts/preview-artifact";
import { statementOf, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { pool } from "@/lib/platform/db/pool";
import { store } from "@/lib/platform/store/open";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { closeWriters } from "@/lib/results/writers";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { resultsWarehouse } from "@/lib/tables/schema";
import { testDatabase } from "@/lib/testing/database";
import { allowDownloads, buildPerson } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { adapterFor } from "@/lib/warehouses/registry";
import { startStageWorker } from "./testing/stage-worker";

/** What stages publish, looked at and opened as tables: by those who see the run, and by nobody else. */

let ana: Context;
let stranger: Context;
let run: string;

/** Writes one table as text, and as Parquet in two files. */
const program = `
import { writeFileSync } from "node:fs";
import { DuckDBInstance } from "${path.resolve("node_modules/@duckdb/node-api/lib/index.js")}";
const out = process.env.SLUICE_OUT;
const long = "x".repeat(5000);
writeFileSync(out + "/words/all.csv", "n,word\\n1,one\\n2,\\"t,wo\\"\\n3," + long + "\\n");
const duck = await (await DuckDBInstance.create(":memory:")).connect();
const rows = "select range::int as n, range * 1.5::double as half, range::bigint as big, date '2026-01-31' as day, 'a\\"b' as \\"Odd \\"\\"name\\"";
await duck.run("copy (" + rows + " from range(0, 3)) to '" + out + "/numbers/a.parquet' (format parquet)");
await duck.run("copy (" + rows + " from range(3, 5)) to '" + out + "/numbers/b.parquet' (format parquet)");
process.exit(0);
`;

function addOperator(): void {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-operators-"));
  mkdirSync(path.join(folder, "maker"));
  const manifest = {
    ...{ id: "maker", version: "1.0.0", title: "Maker", summary: "Makes tables.", group: "get", icon: "code" },
    ...{ outputs: { "*": true }, repeatSafe: true, image: "none", process: { command: ["node", "main.mjs"] } },
    parameters: { type: "object", properties: {} },
  };
  writeFileSync(path.join(folder, "maker", "operator.json"), JSON.stringify(manifest));
  writeFileSync(path.join(folder, "maker", "main.mjs"), program);
  process.env.SLUICE_OPERATORS = folder;
}

beforeAll(async () => {
  addOperator();
  await testDatabase();
  ana = await buildPerson();
  stranger = await buildPerson();
  await startStageWorker({ statements: true });
  const outputs = { words: "csv", numbers: "parquet" } as const;
  const { name } = await buildPipeline(ana, { stages: [{ id: "make", operator: "maker@1", outputs }] });
  const view = await waitForRun(ana, (await startRun(ana, name, {})).id, 50);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  run = view.id;
});
afterAll(async () => {
  closeReaders();
  closeWriters();
  await (await adapterFor("duckdb")).close();
});

const place = (output: string) => ({ id: run, stage: "make", output });
const preview = (output: string, limit = 100, ctx = ana) =>
  previewArtifact(ctx, place(output), limit, new AbortController().signal);

async function rowsOf(id: string) {
  const view = await waitForExecution(ana, id, 40);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  return (await readRows(await statementOf(ana, id), { offset: 0, limit: 100 })).rows;
}

describe("an artifact", () => {
  it("is listed with its size and columns", async () => {
    const { items } = await listArtifacts(ana, run);
    expect(items).toMatchObject([
      { stage: "make", output: "numbers", format: "parquet", rows: 5, files: 2 },
      { stage: "make", output: "words", format: "csv", rows: 3, files: 1 },
    ]);
    expect(items[0]?.columns?.map(({ name }) => name)).toEqual(["n", "half", "big", "day", 'Odd "name']);
  });

  it("shows its first rows, and says when there are more", async () => {
    const numbers = await preview("numbers", 2);
    expect(numbers).toMatchObject({
      rowCount: 5,
      truncated: true,
      rows: [
        [0, 0, "0", "2026-01-31", 'a"b'],
        [1, 1.5, "1", "2026-01-31", 'a"b'],
      ],
    });
    const words = await preview("words");
    expect(words).toMatchObject({ rowCount: 3, truncated: false });
    expect(words.columns).toEqual([
      { name: "n", type: "BIGINT" },
      { name: "word", type: "VARCHAR" },
    ]);
    expect(words.rows.slice(0, 2)).toEqual([
      ["1", "one"],
      ["2", "t,wo"],
    ]);
    expect(words.rows[2]?.[1]).toBe(`${"x".repeat(2_000)}…`);
  });

  it("opens as an execution, and is a table of SQL beside others, whatever format it was written in", async () => {
    const { id } = await openArtifact(ana, place("numbers"));
    expect(await rowsOf(id)).toHaveLength(5);
    const sql = `select n.n, w.word, n."Odd ""name" from artifacts."${run}.make.numbers" n join artifacts."${run}.make.words" w using (n) where n.n < 3`;
    const joined = await runQuery(ana, { warehouse: resultsWarehouse, sql });
    expect(await rowsOf(joined.id)).toEqual([
      [1, "one", 'a"b'],
      [2, "t,wo", 'a"b'],
    ]);
  });

  it("is downloaded as it was written, a file at a time, by whoever may download", async () => {
    await pool().query("delete from rights where name = 'download'");
    const refused = { code: "forbidden", message: expect.stringContaining("Downloading is not allowed to you.") };
    await expect(downloadArtifact(ana, place("words"))).rejects.toMatchObject(refused);
    await allowDownloads("editor");
    const words = await downloadArtifact(ana, place("words"));
    expect(words).toMatchObject({ type: "text/csv; charset=utf-8", name: "make.words.all.csv" });
    const body = await text(words.body);
    expect(body).toMatch(/^n,word\n1,one\n/);
    expect(words.bytes).toBe(Buffer.byteLength(body));
    await expect(downloadArtifact(ana, place("numbers"))).rejects.toMatchObject({
      ...{ code: "invalid", message: "Say which file of numbers you want, one of a.parquet, b.parquet." },
      extra: { fields: [{ field: "file" }] },
    });
    await expect(downloadArtifact(ana, place("numbers"), "c.parquet")).rejects.toMatchObject({ code: "invalid" });
    const second = await downloadArtifact(ana, place("numbers"), "b.parquet");
    expect((await buffer(second.body)).subarray(0, 4).toString()).toBe("PAR1");
  });

  it("is not there for whoever does not see the run, by any way", async () => {
    await expect(listArtifacts(stranger, run)).rejects.toMatchObject({ code: "not_found" });
    await expect(preview("words", 5, stranger)).rejects.toMatchObject({ code: "not_found" });
    await expect(openArtifact(stranger, place("words"))).rejects.toMatchObject({ code: "not_found" });
    await expect(downloadArtifact(stranger, place("words"))).rejects.toMatchObject({ code: "not_found" });
    const sql = `select * from artifacts."${run}.make.words"`;
    const { id } = await runQuery(stranger, { warehouse: resultsWarehouse, sql });
    const view = await waitForExecution(stranger, id, 40);
    expect(view).toMatchObject({ state: "failed" });
    expect(view.error?.message).toContain("There is no such run that you may open.");
  });

  it("whose files are gone says so", async () => {
    const { items } = await listArtifacts(ana, run);
    await store().remove(`artifacts/${items[0]?.attempt}/numbers`);
    await expect(preview("numbers")).rejects.toMatchObject({
      code: "gone",
      message: "The output numbers of make is not kept any more. Run the stage again.",
    });
    await allowDownloads("editor");
    await expect(downloadArtifact(ana, place("numbers"), "a.parquet")).rejects.toMatchObject({ code: "gone" });
  });
});
