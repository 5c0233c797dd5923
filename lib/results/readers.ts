import { ChildError, type ChildJob, ChildPool } from "./children";
import { Nursery } from "./nursery";
import type { ReadRequest } from "./requests";

interface Readers {
  nursery: Nursery;
  pages: ChildPool<ReadRequest>;
  exports: ChildPool<ReadRequest>;
  copies: ChildPool<ReadRequest>;
  charts: ChildPool<ReadRequest>;
}

function start(): Readers {
  const nursery = new Nursery({ file: "duckdb-reader.mjs", threads: 2, memory: "300MB" });
  return {
    nursery,
    pages: new ChildPool<ReadRequest>(nursery, () => 2),
    exports: new ChildPool<ReadRequest>(nursery, () => 6),
    copies: new ChildPool<ReadRequest>(nursery, () => 1),
    charts: new ChildPool<ReadRequest>(nursery, () => 2),
  };
}

// One set a process: the server that warms and closes them and the pages that use them are bundled apart.
const holder = globalThis as typeof globalThis & { sluiceReaders?: Readers };
holder.sluiceReaders ??= start();

/** Pages wait for nobody's download or chart, and neither for the sorted copies that are made for later pages. */
export const { pages, exports, copies } = holder.sluiceReaders;
const { nursery, charts } = holder.sluiceReaders;

export const warmReaders = () => nursery.warm();

/** Reading changes nothing, so what a child's death took along is asked once more. @throws ChildError */
export const read = <Value>(job: ChildJob<ReadRequest>): Promise<Value> => twice(pages, job);

/** The same for what goes through whole columns of a result. @throws ChildError */
export const readChart = <Value>(job: ChildJob<ReadRequest>): Promise<Value> => twice(charts, job);

async function twice<Value>(pool: ChildPool<ReadRequest>, job: ChildJob<ReadRequest>): Promise<Value> {
  try {
    return await pool.run<Value>(job);
  } catch (error) {
    if (!(error instanceof ChildError) || error.kind !== "died") throw error;
    return pool.run<Value>(job);
  }
}

export function closeReaders(): void {
  nursery.close();
  for (const pool of [pages, exports, copies, charts]) pool.close();
}
