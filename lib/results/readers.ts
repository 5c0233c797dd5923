import { ChildError, type ChildJob, ChildPool } from "./children";
import { Nursery } from "./nursery";
import type { ReadRequest } from "./requests";

interface Readers {
  nursery: Nursery;
  pages: ChildPool<ReadRequest>;
  exports: ChildPool<ReadRequest>;
  copies: ChildPool<ReadRequest>;
}

function start(): Readers {
  const nursery = new Nursery({ file: "duckdb-reader.mjs", threads: 2, memory: "300MB" });
  return {
    nursery,
    pages: new ChildPool<ReadRequest>(nursery, () => 2),
    exports: new ChildPool<ReadRequest>(nursery, () => 6),
    copies: new ChildPool<ReadRequest>(nursery, () => 1),
  };
}

// One set a process: the server that warms and closes them and the pages that use them are bundled apart.
const holder = globalThis as typeof globalThis & { sluiceReaders?: Readers };
holder.sluiceReaders ??= start();

/** Pages wait for nobody's download, and neither for the sorted copies that are made for later pages. */
export const { pages, exports, copies } = holder.sluiceReaders;
const { nursery } = holder.sluiceReaders;

export const warmReaders = () => nursery.warm();

/** Reading changes nothing, so what a child's death took along is asked once more. @throws ChildError */
export async function read<Value>(job: ChildJob<ReadRequest>): Promise<Value> {
  try {
    return await pages.run<Value>(job);
  } catch (error) {
    if (!(error instanceof ChildError) || error.kind !== "died") throw error;
    return pages.run<Value>(job);
  }
}

export function closeReaders(): void {
  nursery.close();
  for (const pool of [pages, exports, copies]) pool.close();
}
