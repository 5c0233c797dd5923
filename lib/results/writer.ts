import path from "node:path";
import { Writable } from "node:stream";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { places, store } from "@/lib/platform/store/open";
import { type Column, WarehouseError } from "@/lib/warehouses/adapter";
import { wholeRows } from "./head";
import { type LargeCell, writeManifest } from "./manifest";
import { Parts } from "./parts";

export const headLimit = 64 * 1024;
const headDelayMs = 30;
const progressEveryMs = 250;
const previewCharacters = 1000;

export interface ResultWriterOptions {
  statementId: string;
  lease: string;
  timeZone: string;
  columns: Column[];
  onHead(head: Buffer, rows: number): void | Promise<void>;
  /** An estimate by bytes; the true count is the engine's. */
  onProgress(rows: number): void;
}

export interface StoredResult {
  head: Buffer | null;
  headRows: number;
  resultKey: string | null;
  resultBytes: number;
}

export interface ResultWriter {
  sink(): Writable;
  largeCell(row: number, column: number, value: Buffer): Promise<string>;
  restart(): Promise<void>;
  finish(expectedRows: number): Promise<StoredResult>;
  abort(): Promise<void>;
}

function storageError(cause: unknown): WarehouseError {
  if (cause instanceof WarehouseError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  logger.error({ why }, "result could not be stored");
  const full = /No space left|ENOSPC|disk (is )?full/i.test(why);
  const message = full
    ? "The rows could not be stored: the disk of the result store is full. Ask an admin to make room, then run again."
    : "The rows could not be stored. Run again; if it happens again, ask an admin to look at the result store.";
  return new WarehouseError({ code: "storage", message });
}

/** The first characters of a value, never half a character. */
function preview(value: Buffer): string {
  const text = value.toString("utf8", 0, previewCharacters * 4);
  return Array.from(text).slice(0, previewCharacters).join("");
}

export function createResultWriter(options: ResultWriterOptions): ResultWriter {
  const { statementId, lease, timeZone, columns } = options;
  const resultKey = `results/${statementId}/${lease}`;
  const scratch = path.join(places().scratch, `write-${newId()}`);

  let chunks: Buffer[] = [];
  let bytes = 0;
  let head = Buffer.alloc(0);
  let headRows = 0;
  let headSent = false;
  let headTimer: NodeJS.Timeout | undefined;
  let lastProgress = 0;
  let largeCells: LargeCell[] = [];
  let generation = 0;
  let spill: Parts | undefined;
  let failure: WarehouseError | undefined;
  let stop = new AbortController();
  let current: Writable | undefined;

  function sendHead(): void {
    if (headSent) return;
    const all = Buffer.concat(chunks);
    const whole = wholeRows(all, headLimit);
    if (whole.rows === 0 && bytes <= headLimit) return;
    headSent = true;
    // The first page is a courtesy; its failure must not end the statement.
    Promise.resolve(options.onHead(all.subarray(0, whole.bytes), whole.rows)).catch((error: Error) =>
      logger.warn({ error: error.message }, "first rows could not be shown early"),
    );
  }

  function fail(cause: unknown): WarehouseError {
    failure ??= storageError(cause);
    stop.abort();
    return failure;
  }

  /** Leaves memory for a child: from here on every byte goes straight to it. */
  async function startSpill(): Promise<Parts> {
    clearTimeout(headTimer);
    const all = Buffer.concat(chunks);
    const whole = wholeRows(all, headLimit);
    head = Buffer.from(all.subarray(0, whole.bytes));
    headRows = whole.rows;
    sendHead();
    chunks = [];
    const { signal } = stop;
    spill = new Parts({
      resultKey,
      scratch,
      columns,
      signal,
      onFailure(error) {
        if (signal.aborted) return;
        current?.destroy(fail(error));
      },
    });
    await spill.write(all);
    return spill;
  }

  async function accept(data: Buffer): Promise<void> {
    if (failure) throw failure;
    bytes += data.length;
    if (columns.length === 0) {
      // Rows without columns are all alike; only their number matters, and that is the engine's.
      headRows = bytes;
      return;
    }
    if (spill) {
      await spill.write(data);
      const now = Date.now();
      if (now - lastProgress > progressEveryMs && headRows > 0) {
        lastProgress = now;
        options.onProgress(Math.floor((bytes / head.length) * headRows));
      }
      return;
    }
    chunks.push(data);
    if (bytes > headLimit) await startSpill();
    else headTimer ??= setTimeout(sendHead, headDelayMs).unref();
  }

  async function discard(): Promise<void> {
    clearTimeout(headTimer);
    headTimer = undefined;
    stop.abort();
    await spill?.remove();
  }

  function open(): Writable {
    const mine = generation;
    const take = (data: Buffer, callback: (error?: Error | null) => void) => {
      if (mine !== generation) return callback(new Error("This result was restarted."));
      accept(data).then(
        () => callback(),
        (error) => callback(fail(error)),
      );
    };
    current = new Writable({
      highWaterMark: 1 << 20,
      write: (chunk: Buffer, _encoding, callback) => take(chunk, callback),
      writev: (items, callback) => take(Buffer.concat(items.map((item) => item.chunk as Buffer)), callback),
    });
    return current;
  }

  async function complete(expectedRows: number): Promise<StoredResult> {
    clearTimeout(headTimer);
    if (failure) throw failure;
    if (columns.length === 0) {
      // One newline a row.
      if (bytes !== expectedRows) throw new Error(`${bytes} rows came where the engine counted ${expectedRows}.`);
      return { head: Buffer.alloc(0), headRows: expectedRows, resultKey: null, resultBytes: 0 };
    }
    if (!spill && largeCells.length > 0) await startSpill();
    if (!spill) {
      const all = Buffer.concat(chunks);
      const { rows, bytes: whole } = wholeRows(all);
      if (rows !== expectedRows || whole !== all.length)
        throw new Error(`${rows} rows came where the engine counted ${expectedRows}.`);
      return { head: all, headRows: rows, resultKey: null, resultBytes: all.length };
    }
    const { parts, bytes: size } = await spill.finish();
    const rows = parts.reduce((sum, part) => sum + part, 0);
    if (rows !== expectedRows) throw new Error(`${rows} rows were stored where the engine counted ${expectedRows}.`);
    await writeManifest(resultKey, { version: 2, columns, timeZone, rows, bytes: size, parts, largeCells });
    await spill.remove();
    return { head, headRows, resultKey, resultBytes: size + largeCells.reduce((sum, cell) => sum + cell.bytes, 0) };
  }

  return {
    sink: open,
    async largeCell(row, column, value) {
      const key = `${resultKey}/cells/${row}-${column}`;
      try {
        await store().put(key, value);
      } catch (error) {
        throw fail(error);
      }
      largeCells.push({ row, column, key, bytes: value.length });
      return preview(value);
    },
    async restart() {
      generation++;
      await discard();
      [chunks, bytes, head, headRows, headSent, largeCells] = [[], 0, Buffer.alloc(0), 0, false, []];
      [spill, failure, stop] = [undefined, undefined, new AbortController()];
    },
    async finish(expectedRows) {
      try {
        return await complete(expectedRows);
      } catch (error) {
        const first = fail(error);
        await discard();
        await store()
          .remove(resultKey)
          .catch(() => {});
        throw first;
      }
    },
    async abort() {
      generation++;
      await discard();
      await store()
        .remove(resultKey)
        .catch(() => {});
    },
  };
}
