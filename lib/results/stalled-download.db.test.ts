import { existsSync } from "node:fs";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeCsv } from "@/lib/testing/stored-rows";
import { downloadFor } from "./download";
import { childPath } from "./nursery";
import { closeReaders, exports } from "./readers";
import type { ResultStatement } from "./statement";
import { closeWriters } from "./writers";

/** Downloads over a real connection whose reader takes nothing, or takes slowly. */

const stallMs = 2_000;
const columns = [
  { name: "id", type: "integer" },
  { name: "text", type: "text" },
];
const rows = 300_000;
// More than the two ends of a connection hold between them.
const line = (i: number) => `${i},${"row ".repeat(20)}${i}\n`;

describe.skipIf(!existsSync(childPath("duckdb-reader.mjs")))("downloads (need dist/, made by `npm run build`)", () => {
  let statement: ResultStatement;
  let server: Server;
  let ended: Error[] = [];

  beforeAll(async () => {
    const chunks = Array.from({ length: rows / 1000 }, (_, i) =>
      Array.from({ length: 1000 }, (_line, k) => line(i * 1000 + k)).join(""),
    );
    statement = await storeCsv(columns, chunks, rows);
    server = createServer((request, response) => {
      const format = request.url === "/json" ? "json" : "csv";
      downloadFor("ana", statement, { format, formulas: "keep" }, { stallMs })
        .then(({ stream }) => pipeline(stream, response))
        .catch((error: Error) => ended.push(error));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    closeReaders();
    closeWriters();
  });

  const open = (path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      get({ port, host: "127.0.0.1", path, agent: false }, resolve).on("error", reject);
    });

  it("end, and give child and turn back, when nobody takes anything", async () => {
    ended = [];
    const sleeping = await Promise.all(["/csv", "/json"].map(open));
    expect(exports.pids()).toHaveLength(2);
    await expect(downloadFor("ana", statement, { format: "csv", formulas: "keep" })).rejects.toMatchObject({
      code: "rate_limited",
    });
    await expect.poll(() => ended.length, { timeout: 30_000 }).toBe(2);
    await expect.poll(() => exports.pids(), { timeout: 10_000 }).toEqual([]);
    const next = await downloadFor("ana", statement, { format: "csv", formulas: "keep" });
    next.stream.destroy();
    // Whoever wakes up after all sees that it is not the whole file.
    for (const response of sleeping) {
      const whole = new Promise((resolve, reject) => response.on("end", resolve).on("error", reject).resume());
      await expect(whole).rejects.toThrow(/aborted/);
    }
  }, 60_000);

  it("go on for a reader who is slow, to the last byte", async () => {
    ended = [];
    const began = Date.now();
    let bytes = 0;
    for await (const chunk of await open("/csv")) {
      bytes += (chunk as Buffer).length;
      await delay(10);
    }
    const wanted = Array.from({ length: rows }, (_, i) => line(i).length).reduce((sum, length) => sum + length, 0);
    expect(bytes).toBe("id,text\n".length + wanted);
    expect(ended).toEqual([]);
    // Else it was not slow.
    expect(Date.now() - began).toBeGreaterThan(stallMs);
  }, 120_000);
});
