import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Container, ContainerInspectInfo } from "dockerode";
import type { LogLine, LogPosition, LogSink } from "../runtime";
import { isUnreachable, unavailable, unless } from "./engine";
import { type Frame, FrameReader } from "./frames";
import { type Position, parsePosition, Reading } from "./position";

const notStartedMs = 100;
const againMs = 250;
/** An engine that is started anew is back within this. */
export const engineAwayMs = 60_000;

const wanted = { stdout: true, stderr: true, timestamps: true } as const;

export const hasEnded = ({ State }: ContainerInspectInfo): boolean =>
  State.Status === "exited" || State.Status === "dead";

/** Null: nothing was printed. */
async function lastMessage(container: Container): Promise<Frame | null> {
  const bytes = await container.logs({ ...wanted, follow: false, tail: 1 });
  return [...new FrameReader().push(bytes)].at(-1) ?? null;
}

/**
 * Reads what stands in the log behind `from`, and what comes until the engine says that this is all: which may be because
 * the wire was cut. `complete`: the program has ended and this was all of it.
 */
async function readOn(
  container: Container,
  from: Position | null,
  { limit, ended }: { limit: number; ended: boolean },
  sink: LogSink,
  signal?: AbortSignal,
): Promise<{ at: Position; complete: boolean }> {
  const reading = new Reading(from, limit);
  let lines: LogLine[] = [];
  const give = async () => {
    const given = lines;
    lines = [];
    if (given.length > 0) await sink(given, reading.position);
  };
  const stream = (await container.logs({ ...wanted, follow: true })) as unknown as Readable;
  const leave = () => stream.destroy();
  signal?.addEventListener("abort", leave);
  if (signal?.aborted) leave();
  const frames = new FrameReader();
  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      for (const frame of frames.push(bytes)) reading.take(frame, lines);
      await give();
      if (signal?.aborted || reading.position.full) break;
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener("abort", leave);
    stream.destroy();
  }
  if (signal?.aborted || reading.position.full) return { at: reading.position, complete: false };
  // What was read after the end was all of it; else the last message says whether we have come to it.
  const complete = ended || (hasEnded(await container.inspect()) && reading.reached(await lastMessage(container)));
  if (complete) {
    reading.end(lines);
    await give();
  }
  return { at: reading.position, complete };
}

export async function followLog(
  container: Container,
  from: LogPosition,
  limit: number,
  sink: LogSink,
  signal?: AbortSignal,
): Promise<LogPosition> {
  let at = parsePosition(from);
  let answered = Date.now();
  const keep: LogSink = async (lines, position) => {
    await sink(lines, position);
    at = parsePosition(position);
  };
  while (!signal?.aborted) {
    try {
      const info = await unless([404], container.inspect());
      if (!info) break;
      answered = Date.now();
      const ended = hasEnded(info);
      if (at?.full && ended) break;
      if (info.State.Status === "created" || at?.full) {
        await delay(notStartedMs);
        continue;
      }
      const read = await readOn(container, at, { limit, ended }, keep, signal);
      at = read.at;
      if (read.complete) break;
    } catch (error) {
      if (!isUnreachable(error) || Date.now() - answered > engineAwayMs)
        throw unavailable(error, "The log cannot be read");
      await delay(againMs);
    }
  }
  return at;
}
