import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pool } from "@/lib/platform/db/pool";
import { isLeaving, waitForWake } from "@/lib/platform/wake";
import { isOver, openedRun } from "./row";
import type { LogLine, LogsQuery } from "./schema";

/** Chunks read at once, each of some hundred lines. */
const atOnce = 50;
const lookAgainMs = 2_000;

interface Chunk {
  attempt_id: string;
  seq: number;
  stage: string;
  number: number;
  text: string;
}

type Stored = Pick<LogLine, "at" | "stream" | "text">;

/**
 * Lines of a run's log: attempt after attempt in the order in which they began, each line once. With `follow` it goes on
 * until the run has ended, then in the order in which lines were kept.
 * @throws SluiceError not_found, forbidden
 */
export async function readLog(ctx: Context, id: string, query: LogsQuery): Promise<AsyncGenerator<LogLine>> {
  allow(ctx, "pipeline.read");
  const run = await openedRun(ctx, id);
  return lines(run.id, query);
}

async function* lines(runId: string, query: LogsQuery): AsyncGenerator<LogLine> {
  const wanted = query.q?.toLowerCase();
  const keep = (line: LogLine) => wanted === undefined || line.text.toLowerCase().includes(wanted);
  if (query.tail !== undefined && query.follow !== "true") {
    yield* await last(runId, query, query.tail, keep);
    return;
  }
  // How far each attempt has been read.
  const read = new Map<string, number>();
  for (;;) {
    const stop = new AbortController();
    const woken = waitForWake("run", runId, lookAgainMs, stop.signal);
    try {
      // Whether it is over is asked first: what was kept before that is then all there is.
      const over = await hasEnded(runId);
      for (const attempt of await attemptsOf(runId, query)) {
        for (;;) {
          const chunks = await chunksAfter(attempt, read.get(attempt) ?? 0);
          for (const chunk of chunks) {
            for (const line of linesOf(chunk)) if (keep(line)) yield line;
            read.set(attempt, chunk.seq);
          }
          if (chunks.length < atOnce) break;
        }
      }
      if (over || query.follow !== "true" || isLeaving()) return;
      await woken;
    } finally {
      stop.abort();
    }
  }
}

/** From the end backwards, so that a long log is not read for its last lines. */
async function last(
  runId: string,
  query: LogsQuery,
  count: number,
  keep: (line: LogLine) => boolean,
): Promise<LogLine[]> {
  let found: LogLine[] = [];
  for (const attempt of (await attemptsOf(runId, query)).reverse()) {
    for (let before = 2 ** 31 - 1; found.length < count; ) {
      const chunks = await chunksBefore(attempt, before);
      for (const chunk of chunks) {
        found = [...linesOf(chunk).filter(keep), ...found];
        before = chunk.seq;
        if (found.length >= count) break;
      }
      if (chunks.length < atOnce) break;
    }
    if (found.length >= count) break;
  }
  return found.slice(-count);
}

const linesOf = ({ stage, number, text }: Chunk): LogLine[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => ({ ...(JSON.parse(line) as Stored), stage, attempt: number }));

async function hasEnded(runId: string): Promise<boolean> {
  const { rows } = await pool().query<{ state: Parameters<typeof isOver>[0] }>(
    "select state::text from runs where id = $1",
    [runId],
  );
  return rows[0] === undefined || isOver(rows[0].state);
}

async function attemptsOf(runId: string, { stage, attempt }: LogsQuery): Promise<string[]> {
  const { rows } = await pool().query<{ id: string }>(
    `select id from attempts where run_id = $1 and ($2::text is null or stage = $2) and ($3::int is null or number = $3)
     order by coalesce(started_at, queued_at), id`,
    [runId, stage ?? null, attempt ?? null],
  );
  return rows.map(({ id }) => id);
}

const columns =
  "l.attempt_id, l.seq, a.stage, a.number, l.text from log_chunks l join attempts a on a.id = l.attempt_id";

async function chunksAfter(attempt: string, seq: number): Promise<Chunk[]> {
  const text = `select ${columns} where l.attempt_id = $1 and l.seq > $2 order by l.seq limit ${atOnce}`;
  return (await pool().query<Chunk>({ name: "log_after", text, values: [attempt, seq] })).rows;
}

async function chunksBefore(attempt: string, seq: number): Promise<Chunk[]> {
  const text = `select ${columns} where l.attempt_id = $1 and l.seq < $2 order by l.seq desc limit ${atOnce}`;
  return (await pool().query<Chunk>({ name: "log_before", text, values: [attempt, seq] })).rows;
}
