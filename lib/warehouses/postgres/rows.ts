import type { Writable } from "node:stream";
import pg from "pg";
import { WarehouseError } from "@/lib/warehouses/adapter";
import { CsvBuffer, comma, newline } from "@/lib/warehouses/csv";
import { Exchange, type Wire } from "./exchange";

export const largeCellBytes = 1024 * 1024;

const copyData = 0x64;
const dataRow = 0x44;
const readyForQuery = 0x5a;

export interface RowTarget {
  open(): Writable;
  /** Only asked on the way that can hand cells over one by one. */
  largeCell?(row: number, column: number, value: Buffer): Promise<string>;
  /** Rows written at most; those after it are read and dropped. */
  limit: number;
  /** Asks the server to end the statement: the stream alone cannot. */
  cancel(): void;
}

/** A session as the ways of reading rows use it. */
export interface Runner {
  client: pg.Client;
  cancel(): void;
}

export interface RowCount {
  /** From CommandComplete; -1 where the engine's answer has no number. */
  counted: number;
  /** Rows seen on the wire. */
  seen: number;
  suspended: boolean;
  /** A row above the size that CSV may carry was met, and the statement ended for it. */
  tooLarge: boolean;
}

function storageError(error: unknown): WarehouseError {
  if (error instanceof WarehouseError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new WarehouseError({ code: "storage", message: `The result could not be stored (${reason}). Run it again.` });
}

/**
 * The cells of a row that do not go through the CSV: those over 1 MiB, and then the largest, until what is left has
 * no more than that. So no line of the CSV is longer than twice that and its separators.
 */
function cellsApart(bytes: Buffer, start: number, columns: number): Set<number> {
  const sizes: { column: number; size: number }[] = [];
  let at = start;
  let left = 0;
  for (let column = 0; column < columns; column++) {
    const size = Math.max(bytes.readInt32BE(at), 0);
    sizes.push({ column, size });
    left += size;
    at += 4 + size;
  }
  const apart = new Set<number>();
  for (const { column, size } of sizes.sort((a, b) => b.size - a.size)) {
    if (left <= largeCellBytes) break;
    apart.add(column);
    left -= size;
  }
  return apart;
}

/** The end, at most `room`, that cuts no character of UTF-8 in two. */
function wholeCharacters(text: Buffer, room: number): number {
  if (text.length <= room) return text.length;
  let end = room;
  while (end > 0 && ((text[end] as number) & 0xc0) === 0x80) end--;
  return end;
}

/**
 * Takes the socket from pg's parser for as long as rows come, since that parser makes a string of every cell.
 * Rows are written as CSV with the writer's back-pressure; all other messages go on to pg.
 */
export class RowExchange extends Exchange<RowCount> {
  private readonly count: RowCount = { counted: -1, seen: 0, suspended: false, tooLarge: false };
  private readonly csv = new CsvBuffer();
  private socket: Wire["stream"] | null = null;
  private toPg: ((chunk: Buffer) => void) | null = null;
  private out: Writable | null = null;
  private partial: Buffer[] = [];
  private partialBytes = 0;
  private needed = 0;
  /** A message above the size that is gathered in place: chunks of it kept until it is whole would be a second copy. */
  private large: { bytes: Buffer; length: number } | null = null;
  private skip = 0;
  private dropping = false;
  private busy = false;

  constructor(
    private readonly request: (wire: Wire) => void,
    private readonly target: RowTarget,
  ) {
    super();
  }

  protected send(connection: pg.Connection): void {
    const wire = connection as unknown as Wire;
    const socket = wire.stream;
    const listeners = socket.listeners("data") as ((chunk: Buffer) => void)[];
    this.toPg = listeners[0] ?? null;
    this.socket = socket;
    socket.on("data", this.onData);
    for (const listener of listeners) socket.removeListener("data", listener);
    this.request(wire);
  }

  protected result(): RowCount {
    return this.count;
  }

  override handleCommandComplete(message: { text: string }): void {
    const digits = /(\d+)$/.exec(message.text)?.[1];
    if (digits !== undefined) this.count.counted = Number(digits);
  }

  override handlePortalSuspended(): void {
    this.count.suspended = true;
  }

  override handleError(error: unknown): void {
    this.dropping = true;
    // The server's answer to our own cancel is what we asked for, not a failure.
    if (this.count.tooLarge && error instanceof pg.DatabaseError && error.code === "57014") return;
    super.handleError(error);
  }

  /** Ends the statement for a reason of ours; the socket is read on until the server is ready again. */
  private abandon(error: unknown): void {
    if (error) this.error ??= storageError(error);
    if (this.dropping) return;
    this.dropping = true;
    this.target.cancel();
    this.socket?.resume();
  }

  private onData = (chunk: Buffer): void => {
    const rest = this.large ? this.gather(this.large, chunk) : chunk;
    if (rest.length === 0) return;
    this.partial.push(rest);
    this.partialBytes += rest.length;
    if (!this.busy) this.forward();
  };

  /** What of the chunk belongs to the next message; the large one is read once it is whole. */
  private gather(large: { bytes: Buffer; length: number }, chunk: Buffer): Buffer {
    const copied = chunk.copy(large.bytes, large.length);
    large.length += copied;
    if (large.length === large.bytes.length) {
      this.large = null;
      this.readMessages(large.bytes);
    }
    return chunk.subarray(copied);
  }

  private forward(): void {
    if (this.skip > 0) this.skipAhead();
    if (this.partialBytes === 0 || this.partialBytes < this.needed) return;
    const bytes = this.partial.length === 1 ? (this.partial[0] as Buffer) : Buffer.concat(this.partial);
    this.partial = [];
    this.partialBytes = 0;
    this.needed = 0;
    this.readMessages(bytes);
  }

  private skipAhead(): void {
    while (this.skip > 0 && this.partial.length > 0) {
      const chunk = this.partial[0] as Buffer;
      const cut = Math.min(this.skip, chunk.length);
      this.skip -= cut;
      this.partialBytes -= cut;
      if (cut === chunk.length) this.partial.shift();
      else this.partial[0] = chunk.subarray(cut);
    }
  }

  private keep(rest: Buffer, needed: number): void {
    if (needed > largeCellBytes) {
      const bytes = Buffer.allocUnsafe(needed);
      this.large = { bytes, length: rest.copy(bytes) };
      return;
    }
    if (rest.length > 0) this.partial.unshift(rest);
    this.partialBytes += rest.length;
    this.needed = needed;
  }

  private readMessages(bytes: Buffer): void {
    let at = 0;
    // CopyData payloads are moved together in place: what is written never passes what is read.
    let written = 0;
    while (bytes.length - at >= 5) {
      const code = bytes[at];
      const total = 1 + bytes.readUInt32BE(at + 1);
      const isRow = code === copyData || code === dataRow;
      if (code === copyData && total - 5 > largeCellBytes && !this.dropping) {
        this.count.tooLarge = true;
        this.abandon(null);
      }
      if (bytes.length - at < total) {
        if (isRow && this.dropping) {
          this.skip = total - (bytes.length - at);
          this.write(bytes.subarray(0, written));
          this.forwardSkipped();
          return;
        }
        break;
      }
      if (code === copyData) {
        if (this.count.seen++ < this.target.limit && !this.dropping) {
          bytes.copyWithin(written, at + 5, at + total);
          written += total - 5;
        }
      } else if (code === dataRow) {
        if (this.count.seen++ < this.target.limit && !this.dropping) {
          const waiting = this.encodeRow(bytes, at + 5, total - 5);
          if (waiting) {
            this.waitFor(waiting, bytes.subarray(at + total));
            return;
          }
        }
      } else if (code === readyForQuery) {
        this.write(bytes.subarray(0, written));
        this.flush();
        this.detach(bytes.subarray(at));
        return;
      } else {
        this.toPg?.(bytes.subarray(at, at + total));
      }
      at += total;
    }
    this.write(bytes.subarray(0, written));
    this.flush();
    const rest = bytes.subarray(at);
    this.keep(rest, rest.length >= 5 ? 1 + rest.readUInt32BE(1) : 5);
  }

  private forwardSkipped(): void {
    this.needed = 0;
    if (this.partialBytes > 0) this.forward();
  }

  /** A promise only when large cells have to be put away before the row can go on. */
  private encodeRow(bytes: Buffer, start: number, length: number): Promise<void> | null {
    const columns = bytes.readUInt16BE(start);
    if (length > largeCellBytes && this.target.largeCell) {
      const apart = cellsApart(bytes, start + 2, columns);
      if (apart.size > 0) return this.encodeSlowly(bytes, start + 2, columns, apart);
    }
    let at = start + 2;
    for (let column = 0; column < columns; column++) {
      const size = bytes.readInt32BE(at);
      at += 4;
      if (column > 0) this.csv.byte(comma);
      if (size >= 0) {
        this.csv.cell(bytes, at, at + size, columns === 1);
        at += size;
      }
    }
    this.csv.byte(newline);
    return null;
  }

  private async encodeSlowly(bytes: Buffer, start: number, columns: number, apart: Set<number>): Promise<void> {
    const room = Math.floor(largeCellBytes / apart.size);
    let at = start;
    for (let column = 0; column < columns; column++) {
      const size = bytes.readInt32BE(at);
      at += 4;
      if (column > 0) this.csv.byte(comma);
      if (apart.has(column) && this.target.largeCell) {
        // No copy: what comes from the socket is never written over, and this may be most of the memory there is.
        const value = bytes.subarray(at, at + size);
        const stand = Buffer.from(await this.target.largeCell(this.count.seen - 1, column, value));
        this.csv.cell(stand, 0, wholeCharacters(stand, room), columns === 1);
      } else if (size >= 0) this.csv.cell(bytes, at, at + size, columns === 1);
      at += Math.max(size, 0);
    }
    this.csv.byte(newline);
  }

  private waitFor(work: Promise<void>, rest: Buffer): void {
    this.busy = true;
    this.socket?.pause();
    work
      .catch((error: unknown) => this.abandon(error))
      .finally(() => {
        this.busy = false;
        this.keep(rest, 0);
        if (!this.out?.writableNeedDrain || this.dropping) this.socket?.resume();
        this.forward();
      });
  }

  private flush(): void {
    if (this.csv.length > 0) this.write(this.csv.take());
  }

  private write(bytes: Buffer): void {
    if (bytes.length === 0 || (this.dropping && this.error)) return;
    try {
      this.out ??= this.openTarget();
    } catch (error) {
      this.abandon(error);
      return;
    }
    if (this.out.write(bytes)) return;
    this.socket?.pause();
    this.out.once("drain", () => {
      if (!this.busy) this.socket?.resume();
    });
  }

  private openTarget(): Writable {
    const out = this.target.open();
    const failed = (error?: Error) => this.abandon(error ?? new Error("the result's writer closed early"));
    const closed = () => failed();
    out.on("error", failed);
    out.on("close", closed);
    const forget = () => {
      out.removeListener("close", closed);
      // An error that comes after our end is the writer's own matter; it must not be unhandled here.
    };
    this.done.then(forget, forget);
    return out;
  }

  private detach(rest: Buffer): void {
    const socket = this.socket;
    const toPg = this.toPg;
    if (!socket || !toPg) return;
    this.socket = null;
    socket.on("data", toPg);
    socket.removeListener("data", this.onData);
    toPg(rest);
    socket.resume();
  }
}
