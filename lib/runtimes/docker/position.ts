import { z } from "zod";
import { LineCutter } from "../lines";
import type { LogLine, LogPosition } from "../runtime";
import type { Frame } from "./frames";

const streamPosition = z.object({
  /** Messages of this stream, from the log's first, whose lines were given. */
  frames: z.number().int(),
  /** Within the rest of a line that was cut. */
  cutting: z.boolean(),
});

/** Streams have places of their own: a line of one may be half there while the other goes on. */
const position = z.object({
  /** Time of the log's first message: with another, the engine has let go of the oldest. */
  first: z.string(),
  stdout: streamPosition,
  stderr: streamPosition,
  /** The limit was reached: no more of it is read. */
  full: z.boolean(),
});

export type Position = z.infer<typeof position>;

export const parsePosition = (text: LogPosition): Position | null => (text === null ? null : position.parse(text));

interface Seen {
  frames: number;
  /** When the line that is not whole yet began, in milliseconds. */
  pendingAt: number | null;
  cutter: LineCutter;
}

const newline = 0x0a;

/** What a message takes in the engine's file beside its text, at most. */
const aroundBytes = 96;

/** At most what the engine's JSON makes of these bytes: six for one that it escapes. */
function escapedBytes(bytes: Buffer): number {
  let sum = bytes.length;
  for (const byte of bytes)
    if (byte < 0x20 || byte === 0x3c || byte === 0x3e || byte === 0x26 || byte >= 0x80) sum += 5;
    else if (byte === 0x22 || byte === 0x5c) sum += 1;
  return sum;
}

/**
 * Makes lines of one reading of a log from its beginning, and leaves out by their count what was given before: its times
 * are no order once a clock has moved. It ends before the engine begins a second file, since an engine repeats and loses
 * messages to those who follow it from one to the next (tried: Docker 20.10).
 */
export class Reading {
  private readonly seen: Record<Frame["stream"], Seen>;
  private given: Position;
  private fileBytes = 0;
  private last: Frame | null = null;

  constructor(
    private readonly from: Position | null,
    /** Of one file of the engine. */
    private readonly limit: number,
  ) {
    const nowhere = { frames: 0, cutting: false };
    this.given = from ?? { first: "", stdout: nowhere, stderr: nowhere, full: false };
    const begin = (cutting: boolean): Seen => ({ frames: 0, pendingAt: null, cutter: new LineCutter(cutting) });
    this.seen = { stdout: begin(this.given.stdout.cutting), stderr: begin(this.given.stderr.cutting) };
  }

  get position(): Position {
    return this.given;
  }

  take(frame: Frame, lines: LogLine[]): void {
    if (this.given.full) return;
    const { stream, at, bytes } = frame;
    if (this.last === null) {
      const other = this.from !== null && this.from.first !== "" && this.from.first !== at;
      this.given = { ...this.given, first: at, full: other };
    }
    this.last = frame;
    this.fileBytes += escapedBytes(bytes) + aroundBytes;
    if (this.given.full || this.fileBytes > this.limit) {
      this.fill(at, lines);
      return;
    }
    const seen = this.seen[stream];
    seen.frames += 1;
    if (this.from && seen.frames <= this.from[stream].frames) return;
    seen.pendingAt ??= Date.parse(at);
    const began = seen.pendingAt;
    seen.cutter.push(bytes, (text) => lines.push({ stream, at: began, text }));
    const { pending, cutting } = seen.cutter.state;
    if (pending) return;
    seen.pendingAt = null;
    this.given = { ...this.given, [stream]: { frames: seen.frames, cutting } };
  }

  /** Whether it has surely come to this message, which is the log's last; null: there is none. */
  reached(message: Frame | null): boolean {
    if (message === null || this.last === null) return message === this.last;
    // Pieces of one line have one time and may look alike: only the one that ends it is sure.
    return message.bytes.at(-1) === newline && this.last.at === message.at && this.last.bytes.equals(message.bytes);
  }

  /** Both streams have ended: what stands there without a newline is a line too. */
  end(lines: LogLine[]): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const { cutter, pendingAt, frames } = this.seen[stream];
      if (!cutter.state.pending) continue;
      cutter.end((text) => lines.push({ stream, at: pendingAt ?? Date.now(), text }));
      this.given = { ...this.given, [stream]: { frames, cutting: false } };
    }
  }

  private fill(at: string, lines: LogLine[]): void {
    const mebibytes = Math.round(this.limit / 1024 ** 2);
    const text = `The log ends here: the engine keeps ${mebibytes} MiB of what a program prints, and this one prints more.`;
    lines.push({ stream: "platform", at: Date.parse(at), text });
    this.given = { ...this.given, full: true };
  }
}
