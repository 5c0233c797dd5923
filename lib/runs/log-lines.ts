import type { Context } from "@/lib/access/context";
import { opener, opensPipeline } from "@/lib/pipelines/row";
import { likeText } from "@/lib/platform/db/like";
import type { LineOfAll, LinesQuery, LogLine } from "./schema";

/** The lines of all runs as they are kept: in chunks of some hundred, each with the time at which it was kept. */

/** Where a chunk stands among all, by time. */
export interface ChunkPlace {
  at: Date;
  attempt_id: string;
  seq: number;
}

export interface Chunk extends ChunkPlace {
  run_id: string;
  pipeline: string;
  stage: string;
  number: number;
  not_isolated: boolean;
  text: string;
}

export type LineFilter = Pick<LinesQuery, "q" | "pipeline" | "stage" | "state" | "stream" | "isolated" | "from" | "to">;

/** A line may be kept later than it was written: its worker waits while the database is away. */
export const keptLateMs = 15 * 60_000;

/**
 * Whole chunks at given places. The places are found first, so that no plan goes by pipeline or attempt and looks into the
 * texts of chunks elsewhere.
 */
export const chunksAt = (places: string, where: string): string => `with l as materialized (${places})
  select k.attempt_id, k.seq, k.at, k.text, a.run_id, a.stage, a.number, coalesce(a.runtime = 'process', false) as not_isolated, coalesce(p.name, y.name) as pipeline
  from l join attempts a on a.id = l.attempt_id join runs r on r.id = a.run_id left join pipelines p on p.id = r.pipeline_id
  left join tries y on y.run_id = r.id
  join log_chunks k on k.attempt_id = l.attempt_id and k.seq = l.seq where ${where}`;

/**
 * Which chunks may hold a wanted line and are this person's to see (of tries their own), with the values from $1 on. The words narrow by their
 * longest part in ASCII, which reads the same in the chunk's JSON and folds the same in the C collation, at half the price of
 * others; `linesOf` decides.
 */
export function chunkFilter(ctx: Context, filter: LineFilter): { where: string; values: unknown[] } {
  const { q, pipeline, stage, state, isolated } = filter;
  const part = q?.match(/[ !#-[\]-~]+/g)?.reduce((longest, one) => (one.length > longest.length ? one : longest), "");
  return {
    where: `case when y.run_id is null then ${opensPipeline("$1", "$2", "$3")} else r.user_id = $1 end
      and ($4::text is null or coalesce(p.name, y.name) = $4 or p.id = $4) and ($5::text is null or a.stage = $5)
      and ($6::text is null or case r.state when 'cancelling' then 'running' else r.state::text end = $6)
      and ($7::text is null or k.text collate "C" ilike $7)
      and ($8::boolean is null or (a.runtime is distinct from 'process') = $8)`,
    values: [
      ...opener(ctx),
      ...[pipeline ?? null, stage ?? null, state ?? null, part ? `%${likeText(part)}%` : null, isolated ?? null],
    ],
  };
}

/** The wanted lines of a chunk, oldest first. */
export function linesOf(chunk: Chunk, { q, stream, from, to }: LineFilter): LineOfAll[] {
  const wanted = q?.toLowerCase();
  const [first, end] = [from ? Date.parse(from) : -Infinity, to ? Date.parse(to) : Infinity];
  const found: LineOfAll[] = [];
  for (const [index, text] of chunk.text.split("\n").entries()) {
    if (text === "") continue;
    const line = JSON.parse(text) as Pick<LogLine, "at" | "stream" | "text">;
    if (stream && line.stream !== stream) continue;
    if (wanted !== undefined && !line.text.toLowerCase().includes(wanted)) continue;
    const at = Date.parse(line.at);
    if (at < first || at >= end) continue;
    const { run_id: run, pipeline, stage, number: attempt, not_isolated: notIsolated } = chunk;
    found.push({ id: idOf(chunk, index), ...line, run, pipeline, stage, attempt, notIsolated });
  }
  return found;
}

/** The lines before this one: of its own chunk those below `line`, and older chunks. */
export interface Cursor {
  at: number;
  attempt: string;
  seq: number;
  line: number;
}

export const idOf = ({ at, attempt_id, seq }: ChunkPlace, line: number): string =>
  `${at.getTime()}-${attempt_id}-${seq}-${line}`;

export function cursorOf(id: string): Cursor {
  const [at, attempt = "", seq, line] = id.split("-");
  return { at: Number(at), attempt, seq: Number(seq), line: Number(line) };
}
