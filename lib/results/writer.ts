import { mkdir, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import path from "node:path";
import { Writable } from "node:stream";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { places, store } from "@/lib/platform/store/open";
import { type Column, WarehouseError } from "@/lib/warehouses/adapter";
import { ChildPool } from "./children";
import { wholeRows } from "./head";
import { dataKey, type LargeCell, writeManifest } from "./manifest";
import { makePipe, openForWriting } from "./pipe";
import type { WriteAnswer, WriteRequest } from "./requests";

export const headLimit = 64 * 1024;
const headDelayMs = 30;
const progressEveryMs = 250;
const previewCharacters = 1000;
/** A statement's own timeout ends it long before; this only frees a child whose statement nobody ends. */
const writeDeadlineMs = 26 * 3600_000;

const writers = new ChildPool<WriteRequest>("duckdb-writer.mjs", 16, 2);
export const warmWriters = () => writers.warm();
export const closeWriters = () => writers.close();
export const writerPids = () => writers.pids();

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
  const pipeFile = path.join(scratch, "rows");
  const dataFile = path.join(scratch, "data.parquet");

  let chunks: Buffer[] = [];
  let bytes = 0;
  let head = Buffer.alloc(0);
  let headRows = 0;
  let headSent = false;
  let headTimer: NodeJS.Timeout | undefined;
  let lastProgress = 0;
  let largeCells: LargeCell[] = [];
  let generation = 0;
  let spill: Promise<Socket> | undefined;
  let socket: Socket | undefined;
  let stored: Promise<WriteAnswer> | undefined;
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

  /** Leaves memory for the pipe: from here on every byte goes straight to the child. */
  async function startSpill(): Promise<Socket> {
    clearTimeout(headTimer);
    const all = Buffer.concat(chunks);
    const whole = wholeRows(all, headLimit);
    head = Buffer.from(all.subarray(0, whole.bytes));
    headRows = whole.rows;
    sendHead();
    chunks = [];
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    await makePipe(pipeFile);
    const request: WriteRequest = { kind: "write", source: pipeFile, target: dataFile, columns };
    const { signal } = stop;
    const opening = new AbortController();
    stored = writers.run<WriteAnswer>({ request, deadlineMs: writeDeadlineMs, signal });
    stored.catch((error) => {
      if (signal.aborted) return;
      const first = fail(error);
      opening.abort(first);
      current?.destroy(first);
    });
    const opened = await openForWriting(pipeFile, AbortSignal.any([opening.signal, signal]));
    socket = opened;
    opened.on("error", () => {
      // EPIPE says only that the child is gone; why it went comes with its answer.
    });
    await send(opened, all);
    return opened;
  }

  async function send(target: Socket, data: Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      target.write(data, (error) => (error ? reject(error) : resolve()));
    }).catch(async (error) => {
      await stored;
      throw error;
    });
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
      await send(await spill, data);
      const now = Date.now();
      if (now - lastProgress > progressEveryMs && headRows > 0) {
        lastProgress = now;
        options.onProgress(Math.floor((bytes / head.length) * headRows));
      }
      return;
    }
    chunks.push(data);
    if (bytes > headLimit) {
      spill = startSpill();
      await spill;
    } else headTimer ??= setTimeout(sendHead, headDelayMs).unref();
  }

  async function discard(): Promise<void> {
    clearTimeout(headTimer);
    headTimer = undefined;
    stop.abort();
    await stored?.catch(() => {});
    await spill?.catch(() => {});
    socket?.destroy();
    await rm(scratch, { recursive: true, force: true });
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
      final(callback) {
        if (!spill || mine !== generation) return callback();
        spill.then(
          (target) => target.end(() => callback()),
          (error) => callback(fail(error)),
        );
      },
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
    if (!spill && largeCells.length > 0) spill = startSpill();
    if (!spill) {
      const all = Buffer.concat(chunks);
      const { rows, bytes: whole } = wholeRows(all);
      if (rows !== expectedRows || whole !== all.length)
        throw new Error(`${rows} rows came where the engine counted ${expectedRows}.`);
      return { head: all, headRows: rows, resultKey: null, resultBytes: all.length };
    }
    const target = await spill;
    if (!target.writableEnded) target.end();
    const answer = await stored;
    if (answer?.rows !== expectedRows)
      throw new Error(`${answer?.rows} rows were stored where the engine counted ${expectedRows}.`);
    const { bytes: size } = await store().putFile(dataKey(resultKey), dataFile);
    await writeManifest(resultKey, { version: 1, columns, timeZone, rows: expectedRows, bytes: size, largeCells });
    await rm(scratch, { recursive: true, force: true });
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
      [spill, socket, stored, failure, stop] = [undefined, undefined, undefined, undefined, new AbortController()];
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
