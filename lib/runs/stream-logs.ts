import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pool } from "@/lib/platform/db/pool";
import { isLeaving, waitForWake } from "@/lib/platform/wake";
import { type Chunk, type ChunkPlace, chunkFilter, chunksAt, linesOf } from "./log-lines";
import type { LineOfAll, LinesStreamQuery } from "./schema";

/** Places of chunks read at once, and texts of theirs. */
const placesAtOnce = 1_000;
const textsAtOnce = 50;
/** A chunk can be seen some milliseconds after the time that it says; so far back each look goes again. */
const overlapMs = 10_000;
/** Looks are no more frequent than this, however much is written. */
const restMs = 200;
const lookAgainMs = 2_000;
const whoAgainMs = 15_000;

/**
 * The lines of all runs that this person sees, in the order in which they were kept. With `follow` it goes on with what
 * is kept from then on; `whoNow` then says again and again who asks, so that whoever may no longer see them gets no more.
 */
export async function streamLogs(
  ctx: Context,
  query: LinesStreamQuery,
  whoNow: () => Promise<Context>,
): Promise<AsyncGenerator<LineOfAll>> {
  allow(ctx, "pipeline.read");
  return lines(ctx, query, whoNow);
}

async function* lines(
  ctx: Context,
  query: LinesStreamQuery,
  whoNow: () => Promise<Context>,
): AsyncGenerator<LineOfAll> {
  let filter = chunkFilter(ctx, query);
  let asked = Date.now();
  const given = new Given(query);
  for (;;) {
    const stop = new AbortController();
    const woken = waitForWake(
      "run",
      "*",
      lookAgainMs,
      stop.signal,
      ({ id, detail }) => id === null || detail === "log",
    );
    try {
      for (let place = given.start(); ; ) {
        const places = await placesAfter(place);
        const fresh = given.take(places);
        for (let from = 0; from < fresh.length; from += textsAtOnce)
          for (const chunk of await textsAt(filter, fresh.slice(from, from + textsAtOnce)))
            yield* linesOf(chunk, query);
        const last = places.at(-1);
        if (!last || places.length < placesAtOnce) break;
        place = last;
      }
      if (query.follow !== "true" || isLeaving()) return;
      if (Date.now() - asked > whoAgainMs) {
        const now = await whoNow();
        allow(now, "pipeline.read");
        filter = chunkFilter(now, query);
        asked = Date.now();
      }
      await Promise.all([woken, new Promise((resolve) => setTimeout(resolve, restMs))]);
    } finally {
      stop.abort();
    }
  }
}

/** How far the chunks have been given, and which of the last seconds. */
class Given {
  private reached: number;
  private readonly last = new Map<string, number>();

  constructor({ after, from }: LinesStreamQuery) {
    this.reached = Math.max(0, ...[after, from].map((at) => (at ? Date.parse(at) : 0)));
  }

  start(): ChunkPlace {
    return { at: new Date(Math.max(0, this.reached - overlapMs)), attempt_id: "", seq: 0 };
  }

  /** Those of the next places that were not given before. */
  take(places: ChunkPlace[]): ChunkPlace[] {
    const fresh = places.filter((place) => !this.last.has(keyOf(place)));
    for (const place of fresh) this.last.set(keyOf(place), place.at.getTime());
    this.reached = Math.max(this.reached, places.at(-1)?.at.getTime() ?? 0);
    for (const [key, at] of this.last) if (at < this.reached - 2 * overlapMs) this.last.delete(key);
    return fresh;
  }
}

const keyOf = ({ attempt_id, seq }: ChunkPlace) => `${attempt_id} ${seq}`;

async function placesAfter({ at, attempt_id, seq }: ChunkPlace): Promise<ChunkPlace[]> {
  const { rows } = await pool().query<ChunkPlace>(
    `select at, attempt_id, seq from log_chunks where (at, attempt_id, seq) > ($1, $2, $3)
     order by at, attempt_id, seq limit ${placesAtOnce}`,
    [at, attempt_id, seq],
  );
  return rows;
}

async function textsAt({ where, values }: ReturnType<typeof chunkFilter>, places: ChunkPlace[]): Promise<Chunk[]> {
  const given = "select * from unnest($9::text[], $10::int[]) as l (attempt_id, seq)";
  const { rows } = await pool().query<Chunk>(`${chunksAt(given, where)} order by k.at, k.attempt_id, k.seq`, [
    ...values,
    ...[places.map((one) => one.attempt_id), places.map(({ seq }) => seq)],
  ]);
  return rows;
}
