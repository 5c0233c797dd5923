import { env } from "@/lib/platform/env";
import { ChildPool } from "./children";
import { Nursery } from "./nursery";
import type { WriteRequest } from "./requests";

// Four columns need some 60 MB; PostgreSQL's widest rows, 1,600 columns, need this much.
const nursery = new Nursery({ file: "duckdb-writer.mjs", threads: 1, memory: "600MB" });

/** Each statement whose rows are arriving has a child of its own. */
export const writers = new ChildPool<WriteRequest>(nursery, () => env().WORKER_CONCURRENCY);

export const warmWriters = () => nursery.warm();
export const writerPids = () => writers.pids();

export function closeWriters(): void {
  nursery.close();
  writers.close();
}
