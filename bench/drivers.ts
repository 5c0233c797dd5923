import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import QueryStream from "pg-query-stream";

const file = path.join(tmpdir(), `sluice-bench-driver-${process.pid}.csv`);

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
    await rm(file, { force: true });
  }
}

/** Bare COPY into a file: milliseconds to the first byte and to the end, connecting left out. */
export function bareCopy(databaseUrl: string, sql: string): Promise<{ firstMs: number; ms: number }> {
  return withClient(databaseUrl, async (client) => {
    const from = performance.now();
    let firstMs = 0;
    const rows = client.query(copyTo(`copy (${sql}) to stdout (format csv)`));
    rows.once("data", () => {
      firstMs = performance.now() - from;
    });
    await pipeline(rows, createWriteStream(file));
    return { firstMs, ms: performance.now() - from };
  });
}

/** pg-query-stream into a CSV file with real binds: what the cursor path is compared with. */
export function queryStream(databaseUrl: string, sql: string, values: unknown[]): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const from = performance.now();
    // Text as the engine wrote it: no parsing into dates or numbers, which the cursor path does not do either.
    const types = { getTypeParser: () => (text: string) => text };
    const rows = client.query(new QueryStream(sql, values, { rowMode: "array", batchSize: 1000, types }));
    const csv = new Transform({
      writableObjectMode: true,
      transform: (row: string[], _encoding, done) => done(null, `${row.join(",")}\n`),
    });
    await pipeline(rows, csv, createWriteStream(file));
    return performance.now() - from;
  });
}
