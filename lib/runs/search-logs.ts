import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pool } from "@/lib/platform/db/pool";
import { type Chunk, type ChunkPlace, chunkFilter, chunksAt, cursorOf, idOf, keptLateMs, linesOf } from "./log-lines";
import type { LineOfAll, LinesPage, LinesQuery } from "./schema";

/** What one look takes, about: it goes by steps and begins none after this. */
const lookMs = 1_000;
/** Chunks looked at in the first step; each further one is as large as takes about `stepMs`. */
const firstStep = 200;
const stepMs = 200;
const largestStep = 50_000;
/** More than a chunk has. */
const allLines = 999_999_999;
/** 2286: after all that was kept. */
const lastMs = 9_999_999_999_999;
/** Chunks that are brought here at once: their texts may be large. */
const broughtAtOnce = 40;

/**
 * One page of the lines of all runs that this person sees, newest first. No index finds a text in a log, so it walks back
 * from the newest; a look that is over before the page is full says down to when everything was looked at, and `next`
 * goes on from there.
 */
export async function searchLogs(ctx: Context, query: LinesQuery): Promise<LinesPage> {
  allow(ctx, "pipeline.read");
  const until = performance.now() + lookMs;
  const { where, values } = chunkFilter(ctx, query);
  const at = await databaseTime();
  const items: LineOfAll[] = [];
  let below = startOf(query);
  let step = firstStep;
  do {
    const began = performance.now();
    const floor = await floorOf(below, query.from, step);
    const chunks = await chunksOf(where, values, below, floor ?? oldest(query.from));
    for (const chunk of chunks) {
      for (const line of linesOf(chunk, query).reverse()) {
        if (cursorOf(line.id).line >= below.line && isAt(chunk, below)) continue;
        items.push(line);
        if (items.length > query.limit) return page(items.slice(0, query.limit), at);
      }
    }
    const last = chunks.length === broughtAtOnce ? chunks.at(-1) : floor;
    if (!last) return { items, next: null, searchedTo: null, at };
    const line = last === floor ? allLines : 0;
    below = { at: last.at.getTime(), attempt: last.attempt_id, seq: last.seq, line };
    const ms = Math.max(1, performance.now() - began);
    if (last === floor) step = Math.min(largestStep, Math.max(firstStep, Math.round((step * stepMs) / ms)));
  } while (performance.now() < until);
  const reached = new Date(below.at);
  const next = idOf({ at: reached, attempt_id: below.attempt, seq: below.seq }, below.line);
  return { items, next, searchedTo: reached.toISOString(), at };
}

const page = (items: LineOfAll[], at: string): LinesPage => ({
  ...{ items, next: items.at(-1)?.id ?? null, searchedTo: null, at },
});

type Below = ReturnType<typeof cursorOf>;

const isAt = (chunk: ChunkPlace, { attempt, seq }: Below) => chunk.attempt_id === attempt && chunk.seq === seq;

function startOf({ cursor, to }: LinesQuery): Below {
  if (cursor) return cursorOf(cursor);
  const end = to ? Math.min(lastMs, Date.parse(to) + keptLateMs) : lastMs;
  return { at: end, attempt: "", seq: 0, line: 0 };
}

/** Before the first chunk that may hold a line of that time. */
const oldest = (from: string | undefined): ChunkPlace => ({
  ...{ at: new Date(from ? Date.parse(from) - 1_000 : 0), attempt_id: "", seq: 0 },
});

async function databaseTime(): Promise<string> {
  const { rows } = await pool().query<{ at: Date }>("select clock_timestamp() as at");
  return (rows[0] as { at: Date }).at.toISOString();
}

/** The chunk that ends a step; null when fewer are left. */
async function floorOf(below: Below, from: string | undefined, step: number): Promise<ChunkPlace | null> {
  const { rows } = await pool().query<ChunkPlace>(
    `select at, attempt_id, seq from log_chunks
     where (at, attempt_id, seq) <= ($1, $2, $3) and at >= $4 order by at desc, attempt_id desc, seq desc offset $5 limit 1`,
    [new Date(below.at), below.attempt, below.seq, oldest(from).at, step],
  );
  return rows[0] ?? null;
}

/** Down to the floor, which is looked at in the next step; that of the cursor itself comes along, for its earlier lines. */
async function chunksOf(where: string, values: unknown[], below: Below, floor: ChunkPlace): Promise<Chunk[]> {
  const places = `select at, attempt_id, seq from log_chunks
    where (at, attempt_id, seq) <= ($9, $10, $11) and (at, attempt_id, seq) > ($12, $13, $14)`;
  const { rows } = await pool().query<Chunk>(
    `${chunksAt(places, where)} order by k.at desc, k.attempt_id desc, k.seq desc limit ${broughtAtOnce}`,
    [...values, new Date(below.at), below.attempt, below.seq, floor.at, floor.attempt_id, floor.seq],
  );
  return rows;
}
