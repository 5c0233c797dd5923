import { ChildPool } from "./children";
import type { ReadRequest } from "./requests";

interface Readers {
  pages: ChildPool<ReadRequest>;
  exports: ChildPool<ReadRequest>;
}

// One set a process: the server that warms and closes them and the pages that use them are bundled apart.
const holder = globalThis as typeof globalThis & { sluiceReaders?: Readers };

/** Pages wait for nobody's download: each has children of its own. */
holder.sluiceReaders ??= {
  pages: new ChildPool<ReadRequest>("duckdb-reader.mjs", 2, 1),
  exports: new ChildPool<ReadRequest>("duckdb-reader.mjs", 6, 0),
};
export const { pages, exports } = holder.sluiceReaders;

export const warmReaders = () => pages.warm();

export function closeReaders(): void {
  pages.close();
  exports.close();
}
