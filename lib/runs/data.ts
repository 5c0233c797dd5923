import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { lanes } from "@/lib/executions/schema";
import { mayEditPipeline, seer, seesPipeline } from "@/lib/pipelines/row";
import { pool } from "@/lib/platform/db/pool";
import { isLeaving, waitForWake } from "@/lib/platform/wake";
import { isOver, itemOf, published, type RunRow, runColumns, runFor, runTables } from "./row";
import type { RunItem, RunsQuery, RunView } from "./schema";
import { stagesOf } from "./stage-views";

const lookAgainMs = 5_000;

/** @throws SluiceError not_found */
export async function getRun(ctx: Context, id: string): Promise<RunView> {
  allow(ctx, "pipeline.read");
  return viewOf(ctx, await runFor(ctx, id));
}

/** The same once it has ended, or as it is after `seconds`. */
export async function waitForRun(ctx: Context, id: string, seconds: number, signal?: AbortSignal): Promise<RunView> {
  allow(ctx, "pipeline.read");
  const until = Date.now() + seconds * 1_000;
  for (;;) {
    // Before the look, so that nothing falls between.
    const stop = new AbortController();
    const left = Math.max(0, until - Date.now());
    const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const woken = waitForWake("run", id, Math.min(left, lookAgainMs), either, ({ detail }) => detail !== "log");
    try {
      const row = await runFor(ctx, id);
      if (isOver(row.state) || left === 0 || signal?.aborted || isLeaving()) return await viewOf(ctx, row);
      await woken;
    } finally {
      stop.abort();
    }
  }
}

async function viewOf(ctx: Context, row: RunRow): Promise<RunView> {
  const edit = mayEditPipeline(ctx, row);
  return {
    ...itemOf(row),
    params: row.params,
    lane: lanes[row.lane] ?? "scheduled",
    stages: await stagesOf(row.id),
    tried: row.tried,
    saves: row.saves,
    may: {
      cancel: edit && !isOver(row.state),
      retry: edit && isOver(row.state) && row.tried === null && row.saves === null,
    },
  };
}

/** Runs of what this person sees, newest first. */
export async function listRuns(
  ctx: Context,
  { pipeline, state, cursor, limit }: RunsQuery,
): Promise<{ items: RunItem[]; next: string | null }> {
  allow(ctx, "pipeline.read");
  const { rows } = await pool().query<RunRow>(
    `select ${runColumns} from ${runTables}
     where ${published} and ${seesPipeline("$1", "$2", "$3", "$4")}
       and ($5::text is null or p.name = $5 or p.id = $5)
       and ($6::text is null or case r.state when 'cancelling' then 'running' else r.state::text end = $6)
       and ($7::text is null or r.id < $7)
     order by r.id desc limit ${limit + 1}`,
    [...(await seer(ctx)), pipeline ?? null, state ?? null, cursor ?? null],
  );
  const items = rows.slice(0, limit).map(itemOf);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
