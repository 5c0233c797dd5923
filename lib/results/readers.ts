import { ChildPool } from "./children";
import type { ReadRequest } from "./requests";

/** Pages wait for nobody's download: each has children of its own. */
export const pages = new ChildPool<ReadRequest>("duckdb-reader.mjs", 2, 1);
export const exports = new ChildPool<ReadRequest>("duckdb-reader.mjs", 6, 0);

export const warmReaders = () => pages.warm();

export function closeReaders(): void {
  pages.close();
  exports.close();
}
