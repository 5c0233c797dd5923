import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import exceljs from "exceljs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { statementOf, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { db } from "@/lib/platform/db/prisma";
import { download } from "@/lib/results/download";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { rowsQuery } from "@/lib/results/schema";
import { testDatabase } from "@/lib/testing/database";
import { allowDownloads, buildTeam, buildToken, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { bearer, call } from "@/lib/testing/rest";

/** One cell of 200 MB, whole from the warehouse to what people take away. */

const unit = '=23456789"bcdef\n';
const bytes = 200 * 1024 * 1024;
const sql = `select n, case when n = 2 then repeat('${unit}', ${bytes / unit.length}) end as big, 'z' as z from generate_series(1, 3) n`;

/** The sum of a text that repeats, without having it. */
function sumOf(before: string, each: string, after: string): string {
  const hash = createHash("sha256").update(before);
  const block = Buffer.from(each.repeat(bytes / unit.length / 100));
  for (let i = 0; i < 100; i++) hash.update(block);
  return hash.update(after).digest("hex");
}

async function sumRead(stream: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

let ana: Context;
let headers: Record<string, string>;
let id: string;
let peakMiB = 0;
let restMiB = 0;

const memory = (pid: number | undefined, what: "VmHWM" | "VmRSS") =>
  Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  const user = await buildUser({ teamIds: [team.id] });
  ana = await contextFor(user.id);
  headers = bearer(await buildToken(user.id));
  const warehouse = await buildWarehouse({ teamIds: [team.id] });
  const worker = await startWorker();
  restMiB = memory(worker.pid, "VmRSS");
  ({ id } = await runQuery(ana, { warehouse: warehouse.id, sql }));
  expect(await waitForExecution(ana, id, 55)).toMatchObject({ state: "succeeded", rowCount: 3, error: null });
  peakMiB = memory(worker.pid, "VmHWM");
}, 90_000);
afterAll(async () => {
  killWorkers();
  closeReaders();
  await closeGate();
});

it("takes the worker the cell once, and what the socket and the store have of it", () => {
  expect(peakMiB - restMiB).toBeLessThan(1.5 * 200);
});

it("is a beginning in pages, which say so, and whole at its own address", async () => {
  const page = await readRows(await statementOf(ana, id), rowsQuery.parse({}));
  expect(page.largeCells).toEqual([{ row: 1, number: 1, column: 1, bytes }]);
  expect(page.rows[1]).toEqual([2, unit.repeat(63).slice(0, 1_000), "z"]);
  const cell = { method: "GET", path: "/executions/{id}/cells/{row}/{column}" } as const;
  await db().right.deleteMany();
  const refused = await call(cell, { headers, params: { id, row: "1", column: "1" } });
  expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ right: "download" })]);
  await allowDownloads("editor");
  const answer = await call(cell, { headers, params: { id, row: "1", column: "1" } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(await sumRead(answer.body as ReadableStream)).toBe(sumOf("", unit, ""));
  expect((await call(cell, { headers, params: { id, row: "0", column: "1" } })).status).toBe(404);
});

it("is whole in CSV, JSON and NDJSON, which pass it through", async () => {
  const before = process.memoryUsage().rss;
  const get = async (format: "csv" | "json" | "ndjson", formulas: "keep" | "neutralise" = "keep") =>
    sumRead((await download(await statementOf(ana, id), { format, formulas })).stream);
  const doubled = unit.replace('"', '""');
  expect(await get("csv")).toBe(sumOf('n,big,z\n1,,z\n2,"', doubled, '",z\n3,,z\n'));
  expect(await get("csv", "neutralise")).toBe(sumOf("n,big,z\n1,,z\n2,\"'", doubled, '",z\n3,,z\n'));
  const escaped = JSON.stringify(unit).slice(1, -1);
  const [one, two, three] = ['{"n":1,"big":null,"z":"z"}', '{"n":2,"big":"', '{"n":3,"big":null,"z":"z"}'];
  expect(await get("ndjson")).toBe(sumOf(`${one}\n${two}`, escaped, `","z":"z"}\n${three}\n`));
  expect(await get("json")).toBe(sumOf(`[\n${one},\n${two}`, escaped, `","z":"z"},\n${three}\n]\n`));
  expect(process.memoryUsage().rss - before).toBeLessThan(bytes);
}, 120_000);

it("is cut in XLSX, which says so on a sheet, and refused for Parquet in words", async () => {
  const statement = await statementOf(ana, id);
  const book = new exceljs.Workbook();
  const file = await download(statement, { format: "xlsx", formulas: "keep" });
  await book.xlsx.load((await buffer(file.stream)) as never);
  const notes = book.getWorksheet("Note")?.getColumn(1).values.join("\n");
  expect(notes).toContain("1 cell. Download CSV or JSON for the whole");
  expect(notes).toContain("Row 3, column big: the beginning of 209,715,200 bytes.");
  await expect(download(statement, { format: "parquet", formulas: "keep" })).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringMatching(/1 cell of this result .* Download CSV/),
  });
});
