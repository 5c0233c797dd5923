import { Readable } from "node:stream";
import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { uploadFile } from "./upload-file";

// 48 MB, so that everybody's tests stay quick; `npm run test:upload` sends 2 GiB.
const bytes = Number(process.env.UPLOAD_TEST_BYTES ?? 48 * 1024 ** 2);

let ctx: Context;
beforeAll(async () => {
  await testDatabase();
  ctx = await buildPerson();
});

/** Rows of some 100 bytes, in chunks as a socket gives them. */
async function* rows(made: { rows: number }): AsyncIterable<Buffer> {
  yield Buffer.from("id,at,zip,amount,note\n");
  for (let sent = 0; sent < bytes; ) {
    let chunk = "";
    while (chunk.length < 64 * 1024) {
      const n = made.rows++;
      chunk += `${n},2024-01-${String((n % 28) + 1).padStart(2, "0")} 10:00:00,0${1000 + (n % 9000)},${n % 1000}.25,"a note, number ${n}, of some length, ${n % 7}"\n`;
    }
    sent += chunk.length;
    yield Buffer.from(chunk);
  }
}

it("goes through without going through memory", { timeout: 30 * 60_000 }, async () => {
  const before = process.memoryUsage().rss;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before);
  }, 50);
  const made = { rows: 0 };
  try {
    const view = await uploadFile(ctx, { file: "large.csv" }, Readable.from(rows(made)), new AbortController().signal);
    expect(view.rows).toBe(made.rows);
    expect(view.columns.map(({ type }) => type)).toEqual(["BIGINT", "TIMESTAMP", "VARCHAR", "DECIMAL(5,2)", "VARCHAR"]);
    // Chunks that wait for the collector, whatever the file's size.
    expect(most).toBeLessThan(400 * 1024 ** 2);
  } finally {
    clearInterval(watch);
  }
});
