import { mkdir, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import path from "node:path";
import { store } from "@/lib/platform/store/open";
import type { Column } from "@/lib/warehouses/adapter";
import { partKey } from "./manifest";
import { makePipe, openForWriting } from "./pipe";
import type { WriteAnswer, WriteRequest } from "./requests";
import { writers } from "./writers";

/** DuckDB keeps the CSV that it has read until a file is finished: the memory of a writer is this and some 40 MiB. */
const partBytes = 32 << 20;
/** A statement's own timeout, seven days at most, ends it before; this only frees a child whose statement nobody ends. */
const writeDeadlineMs = 8 * 24 * 3600_000;

interface Part {
  file: string;
  socket: Socket;
  stored: Promise<WriteAnswer>;
  bytes: number;
}

interface Options {
  resultKey: string;
  /** A folder of our own for the pipe and the file being written; made here, removed by `remove`. */
  scratch: string;
  columns: Column[];
  /** Gives up: the child is ended. */
  signal: AbortSignal;
  /** Told at once when a child fails, also while nothing is being sent. */
  onFailure(error: unknown): void;
}

/** Streams CSV of whole rows through a child into the Parquet files of one result. */
export class Parts {
  private part: Part | null = null;
  private count = 0;
  private ready: Promise<string> | undefined;
  private readonly kept: Promise<{ rows: number; bytes: number }>[] = [];

  constructor(private readonly options: Options) {}

  /** Resolves when the pipe has taken it; the pipe's reader sets the pace. `data` ends with a whole row. */
  async write(data: Buffer): Promise<void> {
    this.part ??= await this.start();
    const { socket, stored } = this.part;
    await new Promise<void>((resolve, reject) => {
      socket.write(data, (error) => (error ? reject(error) : resolve()));
    }).catch(async (error) => {
      // EPIPE says only that the child is gone; why it went comes with its answer.
      await stored;
      throw error;
    });
    this.part.bytes += data.length;
    if (this.part.bytes >= partBytes) await this.end();
  }

  /** @throws what the child or the store said */
  async finish(): Promise<{ parts: number[]; bytes: number }> {
    await this.end();
    const kept = await Promise.all(this.kept);
    return { parts: kept.map(({ rows }) => rows), bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** Leaves nothing on this machine; what is in the store already is the caller's to remove. */
  async remove(): Promise<void> {
    this.part?.socket.destroy();
    await Promise.allSettled([this.part?.stored, ...this.kept]);
    await rm(this.options.scratch, { recursive: true, force: true });
  }

  private async start(): Promise<Part> {
    const { scratch, columns, signal, onFailure } = this.options;
    this.ready ??= (async () => {
      await mkdir(scratch, { recursive: true, mode: 0o700 });
      const pipe = path.join(scratch, "rows");
      await makePipe(pipe);
      return pipe;
    })();
    // One pipe for all parts: a child has closed it before it answers.
    const source = await this.ready;
    const file = path.join(scratch, `${this.count}.parquet`);
    const request: WriteRequest = { kind: "write", source, target: file, columns };
    const opening = new AbortController();
    // Looked for only once a child is there to open it.
    const taken = Promise.withResolvers<void>();
    const onTaken = () => taken.resolve();
    const stored = writers.run<WriteAnswer>({ request, deadlineMs: writeDeadlineMs, signal, onTaken });
    stored.catch((error) => {
      opening.abort(error);
      taken.resolve();
      onFailure(error);
    });
    await taken.promise;
    const socket = await openForWriting(source, AbortSignal.any([opening.signal, signal]));
    socket.on("error", () => {
      // Said by the write that failed.
    });
    return { file, socket, stored, bytes: 0 };
  }

  /** Closes the file; it goes into the store while the next one is written. */
  private async end(): Promise<void> {
    const { part } = this;
    if (!part) return;
    await new Promise<void>((resolve) => part.socket.end(resolve));
    const { rows } = await part.stored;
    this.part = null;
    const key = partKey(this.options.resultKey, this.count++);
    const keeping = store()
      .putFile(key, part.file)
      .then(({ bytes }) => ({ rows, bytes }));
    keeping.catch(this.options.onFailure);
    this.kept.push(keeping);
  }
}
