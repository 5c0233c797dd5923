import { sql } from "@/lib/platform/db/pool";
import { type EngineLoad, WarehouseError } from "@/lib/warehouses/adapter";
import { adapterFor } from "@/lib/warehouses/registry";
import { askLoad, controlReader } from "./control";
import type { LoadView } from "./schema";

type OwnLoad = Pick<LoadView, "warehouseLoad" | "problem" | "saidAt">;

/** With the page's own pace (components/admin/load.tsx) within 2 s. */
const answerWithinMs = 500;

/** Twice the pace at which warehouses are sampled, and some more. */
const sampleHoldsSeconds = 30;

/** Questions under way, by reader: a warehouse that is slow to answer is not asked once more by everybody who looks. */
const asked = new Map<string, Promise<OwnLoad>>();

/**
 * What a warehouse says of itself now; where that takes too long, as it was last sampled (sample.ts), and when. One that was
 * never sampled is waited for. Of results and files and of a lake the sample is the answer.
 */
export async function ownLoad(warehouseId: string): Promise<OwnLoad> {
  const reader = await controlReader(warehouseId);
  if (!reader) return { warehouseLoad: null, problem: "This warehouse has no reader yet.", saidAt: null };
  // Of an engine that is processes of ours a web process sees none but its own: who runs them, the workers, has looked.
  if ((await adapterFor(reader.engine)).ownProcesses) {
    const sampled = await lastSampled(warehouseId, sampleHoldsSeconds);
    if (sampled) return sampled;
  }
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), answerWithinMs);
  const now = await Promise.race([asking(reader.id), late.promise]).finally(() => clearTimeout(timer));
  return now ?? (await lastSampled(warehouseId)) ?? asking(reader.id);
}

function asking(reader: string): Promise<OwnLoad> {
  const before = asked.get(reader);
  if (before) return before;
  const answer = ask(reader).finally(() => asked.delete(reader));
  asked.set(reader, answer);
  return answer;
}

async function ask(reader: string): Promise<OwnLoad> {
  try {
    return { warehouseLoad: await askLoad(reader), problem: null, saidAt: null };
  } catch (error) {
    const words = error instanceof WarehouseError ? error.message : "The warehouse's load could not be read.";
    return { warehouseLoad: null, problem: words, saidAt: null };
  }
}

/** Of any age, or of so many seconds at most. */
async function lastSampled(warehouseId: string, seconds: number | null = null): Promise<OwnLoad | null> {
  const [row] = await sql<{ load: EngineLoad | null; problem: string | null; at: Date }>(
    "last_sample",
    "select load, problem, at from load_samples where warehouse_id = $1 and ($2::int is null or at > now() - make_interval(secs => $2)) order by at desc limit 1",
    [warehouseId, seconds],
  );
  return row ? { warehouseLoad: row.load, problem: row.problem, saidAt: row.at.toISOString() } : null;
}
