import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { newId } from "@/lib/platform/ids";
import { derivedPath } from "./derived";
import { type HeldParts, storedParts } from "./manifest";
import { refuseExpired } from "./read-rows";
import { read } from "./readers";
import type { WriteRequest } from "./requests";
import type { ResultStatement } from "./statement";

/**
 * A complete result as Parquet files, for what reads all of it by SQL. One so small that it is kept beside its statement
 * becomes a file of the cache. A result without columns has no files. @throws SluiceError gone
 */
export async function partsOf(statement: ResultStatement): Promise<HeldParts> {
  refuseExpired(statement);
  const { resultKey, statementId, headRows } = statement;
  if (resultKey) return storedParts(resultKey);
  const columns = statement.columns ?? [];
  if (columns.length === 0) return { parts: [], release: () => {} };
  const file = await derivedPath(statementId, "rows.parquet");
  if (!existsSync(file)) {
    const aside = `${file}.${newId()}`;
    const request: WriteRequest = { kind: "write", source: `${aside}.csv`, target: aside, columns };
    try {
      await writeFile(request.source, statement.head ?? "", { mode: 0o600 });
      await read({ request, deadlineMs: 60_000 });
      await rename(aside, file);
    } finally {
      await Promise.all([request.source, aside].map((left) => rm(left, { force: true })));
    }
  }
  return { parts: [{ file, first: 0, rows: headRows }], release: () => {} };
}
