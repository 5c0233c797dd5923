import { type FileHandle, open } from "node:fs/promises";
import type { LogLine, LogPosition, LogSink } from "../runtime";
import { Changes } from "./changes";
import { has, logOf } from "./files";

const pieceBytes = 256 * 1024;
/** Lines that come one by one are given together: at most so often, and at the end at once. */
const gatherMs = 25;
const newline = 0x0a;

const streams: Record<string, LogLine["stream"]> = { o: "stdout", e: "stderr", p: "platform" };

function lineOf(record: string): LogLine {
  const space = record.indexOf(" ");
  return {
    stream: streams[record[0] as string] ?? "platform",
    at: Number.parseInt(record.slice(1, space), 36),
    text: record.slice(space + 1),
  };
}

const bytesOf = (position: LogPosition): number => (typeof position?.bytes === "number" ? position.bytes : 0);

/** Gives what stands in the log from `from` on; answers how far that is. */
async function readOn(file: FileHandle, from: number, sink: LogSink, signal?: AbortSignal): Promise<number> {
  let at = from;
  // A record is longer than the longest line only by its head.
  const buffer = Buffer.allocUnsafe(pieceBytes);
  while (!signal?.aborted) {
    const { bytesRead } = await file.read(buffer, 0, pieceBytes, at);
    const whole = buffer.subarray(0, bytesRead).lastIndexOf(newline) + 1;
    if (whole === 0) return at;
    const lines = buffer
      .toString("utf8", 0, whole - 1)
      .split("\n")
      .map(lineOf);
    at += whole;
    await sink(lines, { bytes: at });
  }
  return at;
}

export async function followLog(
  folder: string,
  from: LogPosition,
  sink: LogSink,
  signal?: AbortSignal,
): Promise<LogPosition> {
  const changes = new Changes(folder);
  let file: FileHandle | undefined;
  let at = bytesOf(from);
  try {
    while (!signal?.aborted) {
      // Asked before it is read: what was printed before the end is then read after it.
      const ended = has(folder, "exit");
      file ??= await open(logOf(folder)).catch(() => undefined);
      if (file) at = await readOn(file, at, sink, signal);
      const read = performance.now();
      if (ended) break;
      await changes.next("all", signal).catch(() => undefined);
      for (;;) {
        const left = read + gatherMs - performance.now();
        if (left <= 0 || signal?.aborted || has(folder, "exit")) break;
        await changes.next("rename", signal, left).catch(() => undefined);
      }
    }
  } finally {
    changes.close();
    await file?.close();
  }
  return { bytes: at };
}
