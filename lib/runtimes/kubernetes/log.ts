import { type IncomingMessage, request as plain } from "node:http";
import { request as secure } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { LineCutter } from "../lines";
import type { LogLine, LogPosition, LogSink } from "../runtime";
import { type Cluster, statusOf, unavailable } from "./cluster";
import { containers } from "./job";
import { type Changes, look, nameOf, stageOf } from "./pods";

const againMs = 500;
const lookMs = 5_000;
const awayMs = 60_000;
const newline = 0x0a;
const space = 0x20;

/**
 * A cluster keeps what a program prints line by line with a time, and both streams as one. What was read is known by the
 * time of its last line, and by how many lines have that time: a node's clock that is set back in between may cost lines.
 */
const position = z.object({
  /** To the nanosecond, and always as long, so that texts compare as times do. */
  at: z.string(),
  same: z.number().int(),
  bytes: z.number(),
  /** The limit was reached: no more of it is read. */
  full: z.boolean(),
});

type Position = z.infer<typeof position>;

/** A program's time that ends in zeros is written without them. */
const wholeTime = (time: string) => {
  const [seconds = "", parts = ""] = time.replace(/Z$/, "").split(".");
  return `${seconds}.${parts.padEnd(9, "0")}Z`;
};

/** Makes lines of what the cluster says of a log from some time on, without those that were given before. */
export class LogReading {
  private at: Position;
  private head = Buffer.alloc(0);
  private time: string | null = null;
  /** How many were met again of those that the place behind us counts; null: we are past it. */
  private met: number | null;
  private readonly cutter = new LineCutter();

  constructor(
    from: Position | null,
    private readonly limit: number,
  ) {
    this.at = from ?? { at: "", same: 0, bytes: 0, full: false };
    this.met = from && from.same > 0 ? 0 : null;
  }

  get position(): Position {
    return this.at;
  }

  push(bytes: Buffer, lines: LogLine[]): void {
    let left = this.head.length > 0 ? Buffer.concat([this.head, bytes]) : bytes;
    this.head = Buffer.alloc(0);
    while (left.length > 0 && !this.at.full) {
      if (this.time === null) {
        const end = left.indexOf(space);
        if (end < 0) {
          this.head = Buffer.from(left);
          return;
        }
        this.time = wholeTime(left.toString("latin1", 0, end));
        left = left.subarray(end + 1);
        continue;
      }
      const time = this.time;
      const end = left.indexOf(newline);
      this.cutter.push(end < 0 ? left : left.subarray(0, end + 1), (text) => this.line(time, text, lines));
      if (end < 0) return;
      this.time = null;
      left = left.subarray(end + 1);
    }
  }

  /** What stands there without a newline is a line too. */
  end(lines: LogLine[]): void {
    const { time } = this;
    if (time !== null) this.cutter.end((text) => this.line(time, text, lines));
  }

  private line(time: string, text: string, lines: LogLine[]): void {
    if (this.at.full || this.wasGiven(time, lines)) return;
    const same = time === this.at.at ? this.at.same + 1 : 1;
    this.at = { at: time, same, bytes: this.at.bytes + Buffer.byteLength(text) + 1, full: false };
    lines.push({ stream: "stdout", at: Date.parse(time), text });
    if (this.at.bytes <= this.limit) return;
    const mebibytes = Math.round(this.limit / 1024 ** 2);
    this.say(
      time,
      `The log ends here: Sluice keeps ${mebibytes} MiB of what a program prints, and this one prints more.`,
      lines,
    );
    this.at = { ...this.at, full: true };
  }

  private wasGiven(time: string, lines: LogLine[]): boolean {
    if (this.met === null) return false;
    if (time === this.at.at && this.met < this.at.same) {
      this.met += 1;
      return true;
    }
    if (time < this.at.at) return true;
    if (this.met < this.at.same)
      this.say(time, "Lines may be missing here: the node had let go of them before they could be read.", lines);
    this.met = null;
    return false;
  }

  private say(time: string, text: string, lines: LogLine[]): void {
    lines.push({ stream: "platform", at: Date.parse(time), text });
  }
}

/** The answer as it comes. @throws Error with `statusCode` where the cluster does not give it */
async function openLog(cluster: Cluster, pod: string, from: Position | null): Promise<IncomingMessage> {
  const server = cluster.config.getCurrentCluster()?.server ?? "";
  const query = new URLSearchParams({ container: containers.stage, follow: "true", timestamps: "true" });
  // To the second, as the cluster reads it.
  if (from && from.same > 0) query.set("sinceTime", `${from.at.slice(0, 19)}Z`);
  const url = new URL(`${server}/api/v1/namespaces/${cluster.namespace}/pods/${pod}/log?${query}`);
  const options = {};
  await cluster.config.applyToHTTPSOptions(options);
  return new Promise((resolve, reject) => {
    const asked = (url.protocol === "https:" ? secure : plain)(url, options, (answer) => {
      if (answer.statusCode === 200) return resolve(answer);
      answer.resume();
      reject(Object.assign(new Error(`status ${answer.statusCode}`), { statusCode: answer.statusCode }));
    });
    asked.once("error", reject);
    asked.end();
  });
}

async function readOn(
  cluster: Cluster,
  pod: string,
  from: Position | null,
  { limit, ended }: { limit: number; ended: boolean },
  sink: LogSink,
  signal?: AbortSignal,
): Promise<Position> {
  const reading = new LogReading(from, limit);
  let lines: LogLine[] = [];
  const giveLines = async () => {
    const given = lines;
    lines = [];
    if (given.length > 0) await sink(given, reading.position);
  };
  const answer = await openLog(cluster, pod, from);
  const leave = () => answer.destroy();
  signal?.addEventListener("abort", leave);
  if (signal?.aborted) leave();
  try {
    for await (const bytes of answer as AsyncIterable<Buffer>) {
      reading.push(bytes, lines);
      await giveLines();
      if (signal?.aborted || reading.position.full) break;
    }
    // The rest of a line that is not whole yet comes with the next reading.
    if (ended && !signal?.aborted && !reading.position.full) {
      reading.end(lines);
      await giveLines();
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener("abort", leave);
    answer.destroy();
  }
  return reading.position;
}

export interface Source {
  cluster: Cluster;
  changes: Changes;
  handle: string;
  limit: number;
}

/** Ends with the program, whose log is then read once more: a stream may end for other reasons. */
export async function followLog(
  { cluster, changes, handle, limit }: Source,
  from: LogPosition,
  sink: LogSink,
  signal?: AbortSignal,
): Promise<LogPosition> {
  let at = from === null ? null : position.parse(from);
  let failingSince: number | null = null;
  let seen = false;
  const keep: LogSink = async (lines, place) => {
    await sink(lines, place);
    at = position.parse(place);
    failingSince = null;
  };
  while (!signal?.aborted) {
    const { job, pod } = await look(cluster, handle, signal).catch((error: unknown) => {
      if (signal?.aborted) return { job: undefined, pod: undefined };
      throw error;
    });
    if (!job) break;
    // Its end is told by who waits for it.
    if (!pod && (seen || job.status?.failed)) break;
    seen ||= !!pod;
    const state = pod && stageOf(pod)?.state;
    const ended = !!state?.terminated || pod?.status?.phase === "Failed";
    if (ended && at?.full) break;
    if (!pod || !state || !(state.running || state.terminated) || at?.full) {
      if (ended) break;
      await changes.next(handle, lookMs, signal);
      continue;
    }
    try {
      at = await readOn(cluster, nameOf(pod), at, { limit, ended }, keep, signal);
      failingSince = null;
      if (ended) break;
      await changes.next(handle, againMs, signal);
    } catch (error) {
      // Where the program never ran there is no log (400), and of a pod that is gone neither (404).
      if (ended && [400, 404].includes(statusOf(error) ?? 0)) break;
      failingSince ??= Date.now();
      if (Date.now() - failingSince > awayMs) throw unavailable(error, "The log cannot be read");
      await delay(againMs);
    }
  }
  return at;
}
